// Tables by keyboard and by button: cells are lines of words, nothing spans, the first row is the heading. Rows may be uneven while others write.

import { Selection, TextSelection } from "prosemirror-state";

/** Returns where the selection stands in a table: `{table, tableAt, row, rowIndex, column, cellAt}`, or null. */
export function placeInTable({ selection }) {
  const { $head } = selection;
  for (let depth = $head.depth; depth > 1; depth -= 1) {
    if (!$head.node(depth).type.spec.isolating || $head.node(depth - 2).type.name !== "table") continue;
    return {
      table: $head.node(depth - 2),
      tableAt: $head.before(depth - 2),
      rowIndex: $head.index(depth - 2),
      row: $head.node(depth - 1),
      column: $head.index(depth - 1),
    };
  }
  return null;
}

function rowAt({ table, tableAt }, index) {
  let at = tableAt + 1;
  for (let i = 0; i < index; i += 1) at += table.child(i).nodeSize;
  return at;
}

function cellAt(place, rowIndex, column) {
  const row = place.table.child(rowIndex);
  let at = rowAt(place, rowIndex) + 1;
  for (let i = 0; i < Math.min(column, row.childCount); i += 1) at += row.child(i).nodeSize;
  return at;
}

function caretIn(tr, at) { return tr.setSelection(Selection.near(tr.doc.resolve(at), 1)).scrollIntoView(); }

function newRow({ schema }, like, type) {
  const aligns = Array.from({ length: Math.max(1, like.childCount) }, (_, index) => like.maybeChild(index)?.attrs.align ?? "");
  return schema.nodes.table_row.create(null, aligns.map((align) => schema.nodes[type].create({ align })));
}

/** Returns a command that puts a table of so many columns and rows after the block in which the caret stands. */
export function insertTable(columns = 2, rows = 2) {
  return (state, dispatch) => {
    const { $from } = state.selection;
    if (placeInTable(state)) return false;
    if (!dispatch) return true;
    const { table, table_row: row, table_header: header, table_cell: cell } = state.schema.nodes;
    const line = (type) => row.create(null, Array.from({ length: columns }, () => type.create()));
    const made = table.create(null, [line(header), ...Array.from({ length: rows - 1 }, () => line(cell))]);
    const at = $from.depth ? $from.after(1) : state.doc.content.size;
    const tr = state.tr.insert(at, made);
    if (at + made.nodeSize >= tr.doc.content.size) tr.insert(at + made.nodeSize, state.schema.nodes.paragraph.create());
    dispatch(caretIn(tr, at + 3));
    return true;
  };
}

/** Returns a command that acts on the table around the caret; `change(tr, place, state)` returns where the caret goes, or null. */
function inTable(change) {
  return (state, dispatch) => {
    const place = placeInTable(state);
    if (!place) return false;
    if (dispatch) {
      const { tr } = state;
      const at = change(tr, place, state);
      dispatch(at === null ? tr : caretIn(tr, Math.min(at, tr.doc.content.size)));
    }
    return true;
  };
}

export const addRow = inTable((tr, place, state) => {
  const at = rowAt(place, place.rowIndex + 1);
  tr.insert(at, newRow(state, place.row, "table_cell"));
  return at + 1;
});

export const removeRow = inTable((tr, place) => {
  if (place.table.childCount === 1) return dropTable(tr, place);
  const at = rowAt(place, place.rowIndex);
  tr.delete(at, at + place.row.nodeSize);
  return at;
});

export const addColumn = inTable((tr, place, { schema }) => {
  for (let index = place.table.childCount - 1; index >= 0; index -= 1) {
    const type = place.table.child(index).maybeChild(0)?.type ?? schema.nodes.table_cell;
    tr.insert(cellAt(place, index, place.column + 1), type.create());
  }
  return tr.mapping.map(cellAt(place, place.rowIndex, place.column + 1), -1);
});

export const removeColumn = inTable((tr, place) => {
  if (place.row.childCount === 1) return dropTable(tr, place);
  for (let index = place.table.childCount - 1; index >= 0; index -= 1) {
    const one = place.table.child(index).maybeChild(place.column);
    const at = cellAt(place, index, place.column);
    if (one) tr.delete(at, at + one.nodeSize);
  }
  return place.tableAt + 3;
});

function dropTable(tr, { table, tableAt }) {
  tr.delete(tableAt, tableAt + table.nodeSize);
  return tableAt;
}

export const removeTable = inTable(dropTable);

/** Returns a command that aligns the column: "", left, center or right. */
export const alignColumn = (align) => inTable((tr, place) => {
  place.table.forEach((row, offset, index) => {
    if (place.column < row.childCount) tr.setNodeAttribute(cellAt(place, index, place.column), "align", align);
  });
  return null;
});

/** Tab: the next cell, and a new row after the last; with `step` -1 the cell before. */
export const nextCell = (step) => (state, dispatch) => {
  const place = placeInTable(state);
  if (!place) return false;
  const column = place.column + step;
  if (column >= 0 && column < place.row.childCount) return caretAt(state, dispatch, cellAt(place, place.rowIndex, column));
  const row = place.rowIndex + step;
  if (row < 0) return true;
  if (row >= place.table.childCount) return addRow(state, dispatch);
  return caretAt(state, dispatch, cellAt(place, row, step > 0 ? 0 : place.table.child(row).childCount - 1));
};

/** Enter: the cell below; after the last row, out of the table. */
export function cellBelow(state, dispatch) {
  const place = placeInTable(state);
  if (!place) return false;
  if (place.rowIndex + 1 < place.table.childCount) return caretAt(state, dispatch, cellAt(place, place.rowIndex + 1, place.column));
  if (!dispatch) return true;
  const after = place.tableAt + place.table.nodeSize;
  const { tr } = state;
  if (!tr.doc.resolve(after).nodeAfter?.isTextblock) tr.insert(after, state.schema.nodes.paragraph.create());
  dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
}

function caretAt(state, dispatch, at) {
  dispatch?.(caretIn(state.tr, at + 1));
  return true;
}
