import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What an operation asks for, with its fragments expanded. */
export interface Measures {
  /** Fields with an alias, `__typename` included. */
  readonly aliases: number;
  /** Levels of nested fields; the fields inside introspection do not count. */
  readonly depth: number;
  /** Representations of `_entities` that are written in the document. */
  readonly representations: number;
  /** How often each variable is the value of `representations`. */
  readonly representationVariables: ReadonlyMap<string, number>;
}

const noMeasures: Measures = { aliases: 0, depth: 0, representations: 0, representationVariables: new Map() };

/**
 * Measures one operation in time linear in the size of its document: each fragment is measured once. A fragment that
 * spreads itself or does not exist counts as nothing, because validation rejects both.
 */
export function measureOperation(document: DocumentNode, operation: OperationDefinitionNode): Measures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measures>();

  const measureFragment = (name: string): Measures => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, noMeasures);
    const fragment = fragments.get(name);
    const measures = fragment === undefined ? noMeasures : measureSelections(fragment.selectionSet);
    measured.set(name, measures);
    return measures;
  };

  const measureSelections = (set: SelectionSetNode | undefined): Measures => {
    if (set === undefined) return noMeasures;
    let aliases = 0;
    let depth = 0;
    let representations = 0;
    const representationVariables = new Map<string, number>();
    for (const selection of set.selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : measureSelections(selection.selectionSet);
      aliases += inner.aliases;
      representations += inner.representations;
      for (const [name, count] of inner.representationVariables) add(representationVariables, name, count);
      if (selection.kind !== Kind.FIELD) depth = Math.max(depth, inner.depth);
      else {
        depth = Math.max(depth, selection.name.value.startsWith('__') ? 1 : inner.depth + 1);
        if (selection.alias !== undefined) aliases += 1;
        if (selection.name.value === '_entities')
          representations += countRepresentations(selection, representationVariables);
      }
    }
    return { aliases, depth, representations, representationVariables };
  };

  return measureSelections(operation.selectionSet);
}

/**
 * The number of representations that are written in the field. If a variable contains them, counts a use of the
 * variable.
 */
function countRepresentations({ arguments: args = [] }: FieldNode, variables: Map<string, number>): number {
  let count = 0;
  for (const { value } of args) {
    if (value.kind === Kind.LIST) count += value.values.length;
    else if (value.kind === Kind.VARIABLE) add(variables, value.name.value, 1);
    else count += 1;
  }
  return count;
}

const add = (counts: Map<string, number>, name: string, count: number) =>
  counts.set(name, (counts.get(name) ?? 0) + count);
