import { describe, expect, test } from 'vitest';
import { printSubgraphSchema } from '../../src/schema/index.ts';
import { composers, type Subgraph } from '../support/composers.ts';
import { secondSubgraphSdl } from '../support/second-subgraph.ts';

const galileoSdl = printSubgraphSchema();
const toSubgraph = (name: string, sdl: string): Subgraph => ({
  name,
  url: `http://${name}.test/graphql`,
  sdl,
});
const galileo = toSubgraph('galileo', galileoSdl);
const second = toSubgraph('second', secondSubgraphSdl);

/** The SDL with one replacement. Throws if nothing was replaced. */
function change(sdl: string, from: string | RegExp, to: string): string {
  const changed = sdl.replace(from, to);
  if (changed === sdl) throw new Error(`The SDL has no ${String(from)}.`);
  return changed;
}

// Names that another team can also have declared.
const namesakes = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])
  scalar DateTime
  scalar JSONObject @specifiedBy(url: "https://example.com/json-object")
  scalar SafeInt
  type StringMapEntry @shareable { key: String! value: String! }
  input StringMapEntryInput { key: String! value: String! }
  type Query {
    tags(like: [StringMapEntryInput!]): [StringMapEntry!]!
    bytes: SafeInt
    checkedAt: DateTime
    raw: JSONObject
  }
`;

describe.each(Object.entries(composers))('%s', (composer, compose) => {
  test(`${composer} composes the subgraph alone`, () => {
    expect(compose([galileo]).errors).toEqual([]);
  });

  test(`${composer} composes the subgraph with one that has Integration @interfaceObject`, () => {
    expect(compose([galileo, second]).errors).toEqual([]);
    expect(compose([second, galileo]).errors).toEqual([]);
  });

  test(`${composer} composes the subgraph with one that declares the same value types and scalars`, () => {
    expect(compose([galileo, second, toSubgraph('third', namesakes)]).errors).toEqual([]);
  });

  test(`${composer} composes the subgraph with one that extends one provider only`, () => {
    const sdl = /* GraphQL */ `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type OpenAIIntegration @key(fields: "name") { name: IntegrationName! rateLimitPerMinute: Int }
      ${/enum IntegrationName \{[^}]*\}/.exec(secondSubgraphSdl)?.[0] ?? ''}
    `;
    expect(compose([galileo, toSubgraph('limits', sdl)]).errors).toEqual([]);
  });

  test(`${composer} composes the subgraph with one that has a later provider, marked @inaccessible`, () => {
    const sdl = change(
      change(secondSubgraphSdl, /(enum IntegrationName \{)/, '$1\n    ZEPHYR @inaccessible'),
      '"@shareable"]',
      '"@shareable", "@inaccessible"]',
    );
    expect(compose([galileo, toSubgraph('second', sdl)]).errors).toEqual([]);
  });

  // Changes that the schema check reports as breaking for composition do break it.
  test.each([
    ['a lost @key', /(type OpenAIIntegration implements Integration) @key\(fields: "name"\)/, '$1'],
    ['a lost @shareable', /(type StringMapEntry) @shareable/, '$1'],
    ['a field added to a shareable type', /(type StringMapEntry[^{]*\{)/, '$1\n  note: String'],
    ['a value added to IntegrationName', /(enum IntegrationName \{)/, '$1\n  ACME'],
  ])(`${composer} rejects %s`, (_what, from, to) => {
    const changed = toSubgraph('galileo', change(galileoSdl, from, to));
    expect(compose([changed, second]).errors).not.toEqual([]);
  });
});
