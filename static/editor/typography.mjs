// What typing sets by itself: the signs and spaces of French print where the story is French, and blocks that one begins as in Markdown. Backspace or undo right
// after it gives back what was typed. The spaces are those of app/kernel/document/typography.py.

import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";

const NARROW = "\u202f";
const FIXED = "\u00a0";
const ADDRESS = /(?:https?:|www\.|mailto:|tel:|@)\S*$/i;

/** A rule that leaves addresses alone. `write` gets the match and returns what stands there instead, or null. */
function rule(pattern, write) {
  return new InputRule(pattern, (state, match, start, end) => {
    const before = state.doc.resolve(start).parent.textBetween(0, state.doc.resolve(start).parentOffset, undefined, "\ufffc");
    if (ADDRESS.test(before + match[0].slice(0, -1))) return null;
    const text = write(match, before);
    if (text === null) return null;
    let kept = 0; // what stands there already is not put down again: it may be another's
    while (start + kept < end && match[0][kept] === text[kept]) kept += 1;
    return state.tr.insertText(text.slice(kept), start + kept, end);
  });
}

const FRENCH = [
  // "mot" and « mot »: opening after a space or at the start, closing after a word
  rule(/(^|[\s(\[—–\u202f\u00a0])"$/u, ([, before]) => `${before}«${NARROW}`),
  rule(/(\S)"$/u, ([, before]) => `${before}${NARROW}»`),
  rule(/«$/u, () => `«${NARROW}`),
  rule(/«\u202f $/u, () => `«${NARROW}`),
  rule(/([^\s«]) ?»$/u, ([, before]) => `${before}${NARROW}»`),
  rule(/\u202f(?: |\u202f)»$/u, () => `${NARROW}»`),
  // ; ! ? after a word, with or without the space that was typed
  rule(/([\p{L}\p{N})»”…%€]) ?([;!?])$/u, ([, before, sign]) => `${before}${NARROW}${sign}`),
  // a colon, once a space says that it is none of 10:30 or https://
  rule(/([\p{L}\p{N})»”…]) ?: $/u, ([, before]) => `${before}${FIXED}: `),
  rule(/(\p{L})'$/u, ([, before]) => `${before}’`),
  rule(/\.\.\.$/u, () => "…"),
];

/** Rules for blocks; `mayShape(state, transaction)` tells whether this person may change more than words. */
function blocks({ nodes }, mayShape) {
  const rules = [
    textblockTypeInputRule(/^(#{2,4}) $/, nodes.heading, ([, signs]) => ({ level: signs.length })),
    wrappingInputRule(/^[-*] $/, nodes.bullet_list),
    wrappingInputRule(/^(\d{1,3})\. $/, nodes.ordered_list, ([, number]) => ({ start: Number(number) }), ([, number], node) => node.childCount + Number(node.attrs.start) === Number(number)),
    wrappingInputRule(/^> $/, nodes.quote),
  ];
  return rules.map(({ match, handler }) => new InputRule(match, (state, ...found) => {
    const shaped = state.selection.$from.parent.type.spec.isolating ? null : handler(state, ...found);
    return shaped && mayShape(state, shaped) ? shaped : null;
  }));
}

/** @param lang of the story (BCP 47) */
export function typing(schema, lang, mayShape) {
  const french = lang.split("-")[0].toLowerCase() === "fr";
  return inputRules({ rules: [...(french ? FRENCH : []), ...blocks(schema, mayShape)] });
}
