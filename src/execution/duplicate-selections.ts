import { type DocumentNode, type SelectionNode, visit } from 'graphql';

/** In characters. Longer selections are not compared; MAX_TOKENS limits their number. */
const maxComparedLength = 256;

/**
 * Removes duplicate selections from each selection set. They affect neither the response nor the validity of the
 * document, but validation compares fields of the same name pairwise: 2,000 equal fields cost two million
 * comparisons.
 *
 * @param text the source of the document
 */
export function removeDuplicateSelections(document: DocumentNode, text: string): DocumentNode {
  return visit(document, {
    SelectionSet: (set) => {
      const selections = new Map<string | SelectionNode, SelectionNode>();
      for (const selection of set.selections) {
        const key = toKey(selection, text);
        if (!selections.has(key)) selections.set(key, selection);
      }
      return selections.size === set.selections.length
        ? undefined
        : { ...set, selections: [...selections.values()] };
    },
  });
}

/** Equal for selections that are written in the same way. */
function toKey(selection: SelectionNode, text: string): string | SelectionNode {
  const { loc } = selection;
  return loc === undefined || loc.end - loc.start > maxComparedLength
    ? selection
    : text.slice(loc.start, loc.end);
}
