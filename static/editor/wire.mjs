// The frames that page and server exchange, and nothing about what they mean. One frame holds several messages; the same table stands in app/live/wire.py.

import { createDecoder, hasContent, readVarString, readVarUint, readVarUint8Array } from "lib0/decoding";
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from "lib0/encoding";

export const SYNC = 0;
export const AWARE = 1;
export const OPEN = 2;
export const CLOSE = 3;
export const RIGHT = 4;
export const NOTICE = 5;
export const REFUSED = 6;
export const PRESENCE = 7;
export const HERE = 8;
export const ACK = 100;

export const STEP1 = 0;
export const STEP2 = 1;
export const UPDATE = 2;

/** The channel of the story itself; passages have the numbers from 1. */
export const STORY = 0;

function message(type, channel, fill = () => {}) {
  const encoder = createEncoder();
  writeVarUint(encoder, type);
  writeVarUint(encoder, channel);
  fill(encoder);
  return toUint8Array(encoder);
}

export const sync = (channel, step, bytes) =>
  message(SYNC, channel, (encoder) => { writeVarUint(encoder, step); writeVarUint8Array(encoder, bytes); });
export const aware = (channel, bytes) => message(AWARE, channel, (encoder) => writeVarUint8Array(encoder, bytes));
export const open = (channel, passage, client) =>
  message(OPEN, channel, (encoder) => { writeVarString(encoder, passage); writeVarUint(encoder, client); });
export const close = (channel) => message(CLOSE, channel);
export const here = (passage) => message(HERE, STORY, (encoder) => writeVarString(encoder, JSON.stringify({ passage })));

/** Returns messages as one frame. */
export function frame(messages) {
  if (messages.length === 1) return messages[0];
  const whole = new Uint8Array(messages.reduce((length, one) => length + one.length, 0));
  let at = 0;
  for (const one of messages) { whole.set(one, at); at += one.length; }
  return whole;
}

/** Yields what a frame says: `{type, channel}` and what belongs to the type. Throws where a frame is none of ours. */
export function* read(buffer) {
  const decoder = createDecoder(new Uint8Array(buffer));
  while (hasContent(decoder)) {
    const type = readVarUint(decoder);
    const channel = readVarUint(decoder);
    if (type === SYNC) yield { type, channel, step: readVarUint(decoder), bytes: readVarUint8Array(decoder) };
    else if (type === AWARE) yield { type, channel, bytes: readVarUint8Array(decoder) };
    else if (type === ACK) yield { type, channel, count: readVarUint(decoder) };
    else if ([RIGHT, NOTICE, REFUSED, PRESENCE].includes(type)) yield { type, channel, value: JSON.parse(readVarString(decoder)) };
    else throw new Error(`unknown message ${type}`);
  }
}
