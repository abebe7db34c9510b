// The signs of the voices, as the rest of the site draws them (templates/macros/voices.html): never colour alone.

const SHAPES = {
  elu: ["circle", { cx: "8", cy: "8", r: "5.6" }],
  col: ["path", { d: "M3 3L13 3L13 13L3 13Z" }],
  eco: ["path", { d: "M8 1.6L14.3 12.8L1.7 12.8Z" }],
  eta: ["path", { d: "M8 .7L15.3 8L8 15.3L.7 8Z" }],
};
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

/** Returns the bead of a voice's key, or null where a voice has none (guests, editors, everybody). */
export function bead(key) {
  if (!(key in SHAPES)) return null;
  const [name, attributes] = SHAPES[key];
  const svg = element("svg", { class: "bead", viewBox: "0 0 16 16", "aria-hidden": "true" });
  svg.append(element(name, { class: `b ${key}`, ...attributes }));
  return svg;
}
