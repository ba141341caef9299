import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { withoutUnhandled } from '../support/unhandled-rejections.ts';
import { type Execution, executeByPlan, executeByReference } from './support/executions.ts';

/** The result of a field of the tree: a value or a failure, immediate or after a number of turns. */
interface Ending {
  readonly value: unknown;
  readonly fails: boolean;
  readonly turns: number;
}

/** The results of the fields of an object. */
type Tree = Readonly<Record<string, Ending>>;

// Every combination of values and failures, immediate and delayed.
const treeSdl = `
  type Query { tree: Tree must: Tree! again: Tree }
  type Mutation { tree: Tree again: Tree }
  enum Colour { RED GREEN }
  type Tree {
    text: String mustText: String! id: ID whole: Int mustWhole: Int! real: Float truth: Boolean colour: Colour
    tree: Tree mustTree: Tree! trees: [Tree] mustTrees: [Tree!] rows: [[Int!]!] mustRows: [[String]!]!
  }`;

/** The schema with this tree. Each item of a list has a separate result. */
function createTreeSchema(root: Tree): GraphQLSchema {
  const schema = buildSchema(treeSdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const [name, field] of Object.entries(type.getFields())) {
      field.resolve = (source: Tree | undefined) => end((source ?? root)[name]);
    }
  }
  return schema;
}

function end(ending: Ending | undefined): unknown {
  if (ending === undefined) return undefined;
  if (ending.turns > 0) return endLater(ending);
  if (ending.fails) throw new Error('failed');
  return endItems(ending.value);
}

async function endLater({ turns, ...ending }: Ending): Promise<unknown> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  return end({ ...ending, turns: 0 });
}

/** A failing item is an error, or a promise that rejects. */
const endItems = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item: Ending) => (item.fails && item.turns === 0 ? new Error('failed') : end(item)))
    : value;

const awkwardText = fc
  .array(
    fc.constantFrom(
      '"',
      '\\',
      '/',
      '\n',
      '\0',
      '\x7f',
      'é',
      '\u2028',
      '\ud83d',
      '\ude00',
      '\uffff',
      'plain text',
    ),
    { maxLength: 45 },
  )
  .map((parts) => parts.join(''));
const awkwardNumber = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1e21,
    1e-7,
    2 ** 31,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.double(),
  fc.integer(),
);
const anything = fc.oneof(awkwardText, awkwardNumber, fc.boolean(), fc.constant(null), fc.constant({}));

const atOnce = fc.constant(0);
const later = fc.integer({ min: 1, max: 6 });
const nowOrLater = fc.oneof({ weight: 2, arbitrary: atOnce }, { weight: 1, arbitrary: later });

/** Mostly good values. */
const endingOf = (value: fc.Arbitrary<unknown>, turns: fc.Arbitrary<number>): fc.Arbitrary<Ending> =>
  fc.record({
    value: fc.oneof(
      { weight: 8, arbitrary: value },
      { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
    ),
    fails: fc.oneof(
      { weight: 8, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    turns,
  });
const listOf = (item: fc.Arbitrary<unknown>, turns: fc.Arbitrary<number>) =>
  fc.array(endingOf(item, turns), { maxLength: 3 });
const rightOrWrong = (value: fc.Arbitrary<unknown>, turns: fc.Arbitrary<number>) =>
  endingOf(fc.oneof({ weight: 10, arbitrary: value }, { weight: 1, arbitrary: anything }), turns);
// graphql-js leaves a rejection unhandled if a waiting item fails after a sibling has failed immediately and cannot be
// null. So here either all of these items wait, or none.
const strictListOf = (item: (turns: fc.Arbitrary<number>) => fc.Arbitrary<unknown>) =>
  fc.oneof(listOf(item(atOnce), atOnce), listOf(item(nowOrLater), later));

const leavesOf = (turns: fc.Arbitrary<number>) => ({
  text: rightOrWrong(awkwardText, turns),
  mustText: endingOf(awkwardText, turns),
  id: rightOrWrong(fc.oneof(awkwardText, fc.integer()), turns),
  whole: rightOrWrong(fc.integer(), turns),
  mustWhole: endingOf(fc.integer(), turns),
  real: rightOrWrong(awkwardNumber, turns),
  truth: rightOrWrong(fc.boolean(), turns),
  colour: rightOrWrong(fc.constantFrom('RED', 'GREEN'), turns),
});
const leafTreeOf = (turns: fc.Arbitrary<number>) => fc.record(leavesOf(turns));
const leafTree = leafTreeOf(nowOrLater);
const middleTree = fc.record({
  ...leavesOf(nowOrLater),
  tree: endingOf(leafTree, nowOrLater),
  mustTree: endingOf(leafTree, nowOrLater),
  trees: endingOf(listOf(leafTree, nowOrLater), nowOrLater),
  mustTrees: endingOf(strictListOf(leafTreeOf), nowOrLater),
  rows: endingOf(
    strictListOf((turns) => listOf(awkwardNumber, turns === atOnce ? atOnce : later)),
    nowOrLater,
  ),
  mustRows: endingOf(
    strictListOf((turns) => listOf(awkwardText, turns)),
    nowOrLater,
  ),
});
const wholeTree = fc.record({
  tree: endingOf(middleTree, nowOrLater),
  must: endingOf(leafTree, nowOrLater),
  again: endingOf(leafTree, nowOrLater),
});

/** Some fields of the tree in any order, some of them twice. Always selects the last one. */
const selectionOf = (fields: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...fields), { minLength: 1, maxLength: 8 }).map((chosen) => chosen.join(' '));
const leafSelection = selectionOf([
  ...Object.keys(leavesOf(atOnce)),
  '__typename',
  'alias: mustText',
  '__proto__: text',
  'skipped: text @skip(if: true)',
]);
const middleSelection = fc
  .tuple(leafSelection, leafSelection, leafSelection, leafSelection)
  .chain(([one, two, three, four]) =>
    selectionOf([
      'rows',
      'mustRows',
      one,
      `tree { ${two} }`,
      `mustTree { ${three} }`,
      `trees { ${four} }`,
      `mustTrees { ${one} }`,
    ]),
  );

/** The paths that are null because of an error. Errors below them are optional. */
function getNullPlace(data: unknown, path: readonly (string | number)[] = []): string {
  let value = data;
  const place: (string | number)[] = [];
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
    place.push(key);
  }
  return value === null ? JSON.stringify(place) : `not null at ${JSON.stringify(path)}`;
}

const toComparable = ({ data, errors = [] }: Execution) => ({
  data,
  places: [...new Set(errors.map(({ path }) => getNullPlace(JSON.parse(data), path)))].sort(),
});

it('a plan has the same result as graphql-js if sibling fields fail or wait, with any nullability', async () => {
  await fc.assert(
    fc.asyncProperty(
      wholeTree,
      middleSelection,
      leafSelection,
      fc.constantFrom('query', 'mutation'),
      async (root, inner, selection, kind) => {
        const schema = createTreeSchema(root);
        const must = kind === 'query' ? `must { ${selection} }` : '';
        const text = `${kind} { tree { ${inner} } ${must} again { ${selection} } }`;
        const [byPlan, byReference] = await Promise.all([
          executeByPlan({ text, schema }),
          executeByReference({ text, schema }),
        ]);
        expect(toComparable(byPlan)).toEqual(toComparable(byReference));
      },
    ),
    { numRuns: 500 },
  );
});

it('a response of any length and any limit causes no unhandled rejection', async () => {
  const outcomes = { complete: 0, tooLarge: 0 };
  await fc.assert(
    fc.asyncProperty(
      wholeTree,
      middleSelection,
      leafSelection,
      fc.integer({ min: 1, max: 2000 }),
      async (root, inner, selection, maxResponseBytes) => {
        const schema = createTreeSchema(root);
        const text = `{ tree { ${inner} } again { ${selection} } must { ${selection} } }`;
        const running = executeByPlan({ text, schema, maxResponseBytes });
        await withoutUnhandled(
          running.then(
            () => (outcomes.complete += 1),
            (error: unknown) => {
              expect(error).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
              outcomes.tooLarge += 1;
            },
          ),
        );
      },
    ),
    { numRuns: 500 },
  );
  expect(outcomes.complete).toBeGreaterThan(50);
  expect(outcomes.tooLarge).toBeGreaterThan(50);
});

const failing = (turns: number): Ending => ({ value: '', fails: true, turns });
const good = (value: unknown): Ending => ({ value, fails: false, turns: 0 });
const waiting = good({ mustText: failing(1) });

it.each([
  ['field', '{ tree { mustTree { mustText } mustText } }', [], '{"tree":null}'],
  ['item', '{ tree { mustTrees { mustText } } }', [waiting, failing(0)], '{"tree":{"mustTrees":null}}'],
  [
    'later item',
    '{ tree { mustTrees { mustText } } }',
    [failing(0), failing(1)],
    '{"tree":{"mustTrees":null}}',
  ],
])(
  'a %s that fails after a sibling has failed causes no unhandled rejection',
  async (_title, text, items, data) => {
    const tree = { mustText: failing(0), mustTree: waiting, mustTrees: good(items) };
    const result = await withoutUnhandled(
      executeByPlan({ text, schema: createTreeSchema({ tree: good(tree) }) }),
    );
    expect(result.data).toBe(data);
  },
);
