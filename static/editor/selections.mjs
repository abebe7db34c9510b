// What is selected while others write. The binding of the shared document selects again, after each change of others, what was selected before; where that was
// an image or a table that somebody took away, it would fail in the middle, and the page would not show the change.

import { NodeSelection, Selection } from "prosemirror-state";

const select = NodeSelection.create;

/** Selects an object, or where it is gone puts the caret beside its place. */
NodeSelection.create = (doc, position) => {
  const at = Math.min(position ?? 0, doc.content.size);
  const node = doc.nodeAt(at);
  return node && NodeSelection.isSelectable(node) ? select.call(NodeSelection, doc, at) : Selection.near(doc.resolve(at));
};
