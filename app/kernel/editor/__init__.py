"""The text as the live editor holds it, and its way from and to the tree; pure, knows no Yjs."""
