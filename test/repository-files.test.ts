import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validate } from '@actions/languageservice';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const packageJson = JSON.parse(read('package.json')) as { readonly engines: { readonly node: string } };

/** The findings of GitHub's language service, which checks the syntax, contexts and events of workflows. */
async function findWorkflowErrors(name: string, content: string): Promise<string[]> {
  const uri = `file:///repository/.github/workflows/${name}`;
  const diagnostics = await validate(TextDocument.create(uri, 'yaml', 1, content));
  return diagnostics.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`);
}

it.each(readdirSync(`${root}.github/workflows`))('the GitHub workflow %s is valid', async (name) => {
  expect(await findWorkflowErrors(name, read(`.github/workflows/${name}`))).toEqual([]);
});

it('the validation of workflows finds an unknown key and an unknown context', async () => {
  const job = 'runs-on: ubuntu-latest\n    neds: b\n    steps:\n      - run: echo ${' + '{ nope.x }}\n';
  const errors = await findWorkflowErrors('x.yml', `on: push\njobs:\n  a:\n    ${job}`);
  expect(errors).toHaveLength(2);
});

it('the CI workflow runs .ci/run on each supported version of Node', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as {
    jobs: { run: { strategy: { matrix: { node: number[] } }; steps: { run?: string }[] } };
  };
  const versions = jobs.run.strategy.matrix.node;
  expect(versions).toEqual([20, 22, 24]);
  expect(jobs.run.steps.map(({ run }) => run)).toContain('bash .ci/run');
});

it('.nvmrc names the lowest version of Node that the package supports', () => {
  expect(packageJson.engines.node).toMatch(new RegExp(`^>=${read('.nvmrc').trim()}[.]`));
});

it('issue forms have a name, a description and fields with a type, an id and a label', () => {
  const forms = readdirSync(`${root}.github/ISSUE_TEMPLATE`).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(0);
  for (const name of forms) {
    expect(parse(read(`.github/ISSUE_TEMPLATE/${name}`))).toEqual({
      name: expect.any(String) as string,
      description: expect.any(String) as string,
      labels: expect.any(Array) as string[],
      body: expect.any(Array) as unknown[],
    });
    const { body } = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as {
      body: { type: string; id?: string; attributes: { label?: string; value?: string } }[];
    };
    for (const field of body) {
      expect(['markdown', 'textarea', 'input']).toContain(field.type);
      if (field.type === 'markdown') expect(field.attributes.value).toEqual(expect.any(String));
      else expect([field.id, field.attributes.label]).toEqual([expect.any(String), expect.any(String)]);
    }
  }
});

it('Dependabot updates every directory that has a manifest', () => {
  const { version, updates } = parse(read('.github/dependabot.yml')) as {
    version: number;
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
  };
  expect(version).toBe(2);
  const directories = updates.map((update) => [
    update['package-ecosystem'],
    ...(update.directories ?? [update.directory]),
  ]);
  expect(directories).toEqual([
    ['npm', '/', '/bench'],
    ['github-actions', '/'],
    ['docker', '/deploy'],
  ]);
});
