// Makes a part of the page what the server says it is now, by the smallest changes: elements that stay are the same elements, so that focus, caret, a
// composition, what is open and what was typed and not sent stay with them.

/** What makes an element itself: nothing with another key ever becomes it. */
function keyOf(node) {
  if (node.nodeType !== 1) return "";
  if (node.id) return `#${node.id}`;
  const leads = node.getAttribute("action") ?? node.getAttribute("href");
  return leads === null ? node.getAttribute("name") ?? "" : `${node.nodeName} ${leads}`;
}

const isLike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

/** Attributes that a person, or a script, changes: `open` of what they opened, the value of what they filled in, the place to which the focus was given. */
const isTheirs = ({ nodeName }, name) => (name === "open" && nodeName === "DETAILS") || (name === "value" && nodeName === "INPUT") || name === "tabindex";

function become(old, fresh) {
  if (old.nodeType !== 1) { if (old.data !== fresh.data) old.data = fresh.data; return; }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  morph(old, fresh);
}

/** The next child from `at` on that can become a node without a key. Texts are not looked for: passing over an element for a line end would lose it. */
function likely(at, node) {
  if (node.nodeType !== 1) return at?.nodeType === node.nodeType ? at : null;
  for (let found = at; found; found = found.nextSibling) {
    if (isLike(found, node)) return found;
    if (keyOf(found) || found.contains(document.activeElement)) return null;
  }
  return null;
}

/** Gives `old` the children that `fresh` has; `fresh` is used up. */
function morph(old, fresh) {
  const known = new Map([...old.children].map((element) => [keyOf(element), element]).filter(([key]) => key));
  let at = old.firstChild;
  const stepAside = () => { const next = at.nextSibling; at.remove(); at = next; };
  for (const node of [...fresh.childNodes]) {
    const key = keyOf(node);
    const same = key ? known.get(key) : likely(at, node);
    known.delete(key);
    if (!same || !isLike(same, node)) { old.insertBefore(node, at); continue; }
    if (same.parentNode === old) {
      while (at !== same) stepAside(); // what stands before it, not the element itself: one that is moved would lose the focus
      at = same.nextSibling;
    } else {
      old.insertBefore(same, at);
    }
    become(same, node);
  }
  while (at) stepAside();
}

/** Where the focus goes when what had it goes: what stood after it, or before it, or the heading of the part. */
function heirs(part, focused) {
  const item = focused.closest("li[id]");
  const beside = item ? [item, item.nextElementSibling, item.previousElementSibling] : [];
  return [...beside, part.querySelector("h2")].filter(Boolean).map(keyOf);
}

/** Makes a part what the server says, without taking the focus from anybody. */
export function refreshed(part, html) {
  const fresh = document.createElement(part.nodeName);
  fresh.innerHTML = html;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const next = focused ? heirs(part, focused) : [];
  morph(part, fresh);
  if (!focused || part.contains(focused)) return;
  for (const key of next) {
    const heir = [...part.querySelectorAll("[id]")].find((element) => keyOf(element) === key);
    heir?.setAttribute("tabindex", "-1");
    heir?.focus(); // one that is folded away now, a thread that was settled, does not take it
    if (heir && document.activeElement === heir) return;
  }
}
