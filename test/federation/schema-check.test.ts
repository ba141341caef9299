import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type File = 'schema.graphql' | 'subgraph.graphql';

const silent = '## [Unreleased]\n\n### Added\n\n- A field.\n\n## [0.0.9]\n\n- Breaking: long ago.\n';

/** A directory whose current schemas are the released ones, with a changelog that announces no breaking change. */
async function startProject() {
  const directory = await mkdtemp(join(tmpdir(), 'schema-check-'));
  await Promise.all([
    cp('contract/released', join(directory, 'contract/released'), { recursive: true }),
    cp('contract/released', directory, { recursive: true }),
    writeFile(join(directory, 'CHANGELOG.md'), silent),
  ]);
  return {
    /** Replaces a part of a file. Throws if the part does not exist. */
    async change(file: File, from: string | RegExp, to: string) {
      const path = join(directory, file);
      const text = await readFile(path, 'utf8');
      expect(text).toMatch(from);
      await writeFile(path, text.replace(from, to));
    },
    removeReleased: () => rm(join(directory, 'contract'), { recursive: true }),
    writeChangelog: (text: string) => writeFile(join(directory, 'CHANGELOG.md'), text),
    run: (...flags: string[]) =>
      new Promise<{ code: number | string; output: string }>((resolve) => {
        execFile(
          process.execPath,
          ['scripts/check-schema.js', ...flags, directory],
          (error, stdout, stderr) => {
            resolve({ code: error?.code ?? 0, output: `${stdout}${stderr}` });
          },
        );
      }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

interface Change {
  readonly what: string;
  readonly file: File;
  readonly from: string | RegExp;
  readonly to: string;
}

const breaking: (Change & { readonly said: string })[] = [
  {
    what: 'a removed field',
    file: 'schema.graphql',
    from: /\n {2}"""[^"]*"""\n {2}displayName: String!\n/,
    to: '\n',
    said: 'IntegrationProvider.displayName was removed',
  },
  {
    what: 'a field that became nullable',
    file: 'schema.graphql',
    from: '  baseUrl: String!',
    to: '  baseUrl: String',
    said: 'CustomIntegration.baseUrl changed type from String! to String',
  },
  {
    what: 'a new required input field',
    file: 'schema.graphql',
    from: /(input StringMapEntryInput \{)/,
    to: '$1\n  scope: String!',
    said: 'scope',
  },
  {
    what: 'a removed enum value',
    file: 'schema.graphql',
    from: /\n {2}"""[^"]*"""\n {2}WRITER\n/,
    to: '\n',
    said: 'WRITER was removed',
  },
  {
    what: 'a lost key of the interface',
    file: 'subgraph.graphql',
    from: /(interface Integration) @key\(fields: "name"\)/,
    to: '$1',
    said: 'Integration lost its @key(fields: "name")',
  },
  {
    what: 'a key that routers cannot use to fetch an entity',
    file: 'subgraph.graphql',
    from: /(type OpenAIIntegration implements Integration @key\(fields: "name")/,
    to: '$1, resolvable: false',
    said: 'OpenAIIntegration lost its @key(fields: "name")',
  },
  {
    what: 'a lost @shareable',
    file: 'subgraph.graphql',
    from: /(type StringMapEntry) @shareable/,
    to: '$1',
    said: 'StringMapEntry.key lost its @shareable',
  },
  {
    what: 'a field added to a shareable type',
    file: 'subgraph.graphql',
    from: /(type StringMapEntry[^{]*\{)/,
    to: '$1\n  note: String',
    said: 'StringMapEntry.note was added to a shareable type',
  },
  {
    what: 'a provider added to the enum of the key',
    file: 'subgraph.graphql',
    from: /(enum IntegrationName \{)/,
    to: '$1\n  ACME',
    said: 'IntegrationName.ACME was added to an enum that is both input and output',
  },
  {
    what: 'a field that clients can no longer see',
    file: 'subgraph.graphql',
    from: '  displayName: String!',
    to: '  displayName: String! @inaccessible',
    said: 'IntegrationProvider.displayName gained @inaccessible',
  },
  {
    what: 'another version of federation',
    file: 'subgraph.graphql',
    from: 'federation/v2.9',
    to: 'federation/v2.11',
    said: 'The federation specification changed',
  },
];

test.each(breaking)(
  '$what fails the check, unless the changelog says breaking',
  async ({ file, from, to, said }) => {
    await using project = await startProject();
    await project.change(file, from, to);

    const refused = await project.run();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`- ${file}: `);
    expect(refused.output).toContain(said);

    await project.writeChangelog(
      `# Changelog\n\n## [Unreleased]\n\n- **Breaking**: as it says.\n\n${silent}`,
    );
    const announced = await project.run();
    expect(announced.code).toBe(0);
    expect(announced.output).toContain(said);
  },
);

const harmless: Change[] = [
  {
    what: 'a new field',
    file: 'schema.graphql',
    from: '  baseUrl: String!',
    to: '  baseUrl: String!\n  other: String',
  },
  {
    what: 'a new optional input field',
    file: 'schema.graphql',
    from: /(input StringMapEntryInput \{)/,
    to: '$1\n  scope: String',
  },
  {
    what: 'a value added to an enum that is only an output',
    file: 'subgraph.graphql',
    from: /(enum ModelCostBy \{)/,
    to: '$1\n  WORDS',
  },
  {
    what: 'a field added to an entity',
    file: 'subgraph.graphql',
    from: /(type OpenAIIntegration [^{]*\{)/,
    to: '$1\n  projectId: String',
  },
  { what: 'another description', file: 'subgraph.graphql', from: 'Models of OpenAI.', to: 'OpenAI.' },
];

test.each(harmless)('$what passes the check', async ({ file, from, to }) => {
  await using project = await startProject();
  await project.change(file, from, to);

  expect(await project.run()).toEqual({ code: 0, output: '' });
});

test.each([
  [
    'an Unreleased section that says non-breaking',
    '## [Unreleased]\n\n- A non-breaking change, nothing breaking.\n',
  ],
  [
    'an empty Unreleased section before a breaking release',
    '## [Unreleased]\n\n## [1.0.0]\n\n- Breaking: all.\n',
  ],
  ['no Unreleased section', '# Changelog\n\n## [1.0.0]\n\n- Breaking: all.\n'],
])('a changelog with %s announces no breaking change', async (_what, changelog) => {
  await using project = await startProject();
  await project.change('subgraph.graphql', /(interface Integration) @key\(fields: "name"\)/, '$1');
  await project.writeChangelog(changelog);

  expect(await project.run()).toMatchObject({ code: 1 });
});

test('after a release, the schemas are compared with the released ones', async () => {
  await using project = await startProject();
  await project.change('schema.graphql', '  baseUrl: String!', '  baseUrl: String');

  expect(await project.run('--accept')).toEqual({ code: 0, output: '' });
  expect(await project.run()).toEqual({ code: 0, output: '' });
});

test('the schema check fails if the schemas of the last release are missing', async () => {
  await using project = await startProject();
  await project.removeReleased();

  expect((await project.run()).code).not.toBe(0);
});
