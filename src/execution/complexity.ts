import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What an operation asks for, fragments expanded where they are spread. */
export interface Complexity {
  /** Fields with an alias, `__typename` among them. */
  readonly aliases: number;
  /** Fields within fields; introspection counts as one. */
  readonly depth: number;
}

const nothing: Complexity = { aliases: 0, depth: 0 };

/**
 * Measures one operation in time linear to its document: a fragment is measured once, however often it is spread, so
 * that a document which grows exponentially when expanded costs no more than another. A fragment that spreads itself, or
 * one that is not there, counts as nothing; validation refuses both.
 */
export function measureComplexity(document: DocumentNode, operation: OperationDefinitionNode): Complexity {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Complexity>();

  const measureFragment = (name: string): Complexity => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const complexity = fragment === undefined ? nothing : measureSelections(fragment.selectionSet);
    measured.set(name, complexity);
    return complexity;
  };

  const measureSelections = (set: SelectionSetNode | undefined): Complexity => {
    if (set === undefined) return nothing;
    let aliases = 0;
    let depth = 0;
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const inner = measureSelections(selection.selectionSet);
          const isIntrospection = selection.name.value.startsWith('__');
          aliases += inner.aliases + (selection.alias === undefined ? 0 : 1);
          depth = Math.max(depth, isIntrospection ? 1 : inner.depth + 1);
          break;
        }
        case Kind.INLINE_FRAGMENT:
        case Kind.FRAGMENT_SPREAD: {
          const inner =
            selection.kind === Kind.INLINE_FRAGMENT
              ? measureSelections(selection.selectionSet)
              : measureFragment(selection.name.value);
          aliases += inner.aliases;
          depth = Math.max(depth, inner.depth);
        }
      }
    }
    return { aliases, depth };
  };

  return measureSelections(operation.selectionSet);
}
