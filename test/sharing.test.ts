import { describe, expect, it } from 'vitest';
import { collaboratorFixtures } from './fixtures/collaborators.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { toPath } from './support/naming.ts';
import { type Stack, startStack } from './support/stack.ts';

const { full: openai } = integrationFixtures.openai;
const { user, group } = collaboratorFixtures;
const root = `/v2/integrations/${openai.id}`;
const pagePath = (kind: string, offset: number, limit = 100) =>
  `${root}/${kind}?starting_token=${offset}&limit=${limit}`;
const getCalls = ({ upstream }: Stack) => upstream.calls.map(({ method, path }) => `${method} ${path}`);

/** A stack whose upstream has the openai integration. */
async function startWithOpenAI(): Promise<Stack> {
  const stack = await startStack();
  stack.upstream.on('GET', toPath('openai'), { json: openai });
  return stack;
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly email: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const readPage = (stack: Stack, args: string) =>
  stack.gateway.query<{ integration: { users: Page | null } }, object>(
    `{ integration(name: OPENAI) { users${args} {
      edges { cursor node { email } } nodes { email }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } } }`,
  );

describe('a page of collaborators', () => {
  it('the cursor of any edge leads to the page after it, until the last page', async () => {
    await using stack = await startWithOpenAI();
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...user, email: `${name}@example.test` }));
    for (const offset of [0, 1, 2, 3, 4, 5]) {
      const end = offset + 2;
      stack.upstream.on('GET', pagePath('users', offset, 2), {
        json: {
          starting_token: offset,
          limit: 2,
          paginated: end < all.length,
          next_starting_token: end < all.length ? end : null,
          collaborators: all.slice(offset, end),
        },
      });
    }
    const emails: string[] = [];
    let after = '';
    for (let page = 0; page < 3; page += 1) {
      const { data, errors } = await readPage(stack, `(first: 2${after})`);
      expect(errors).toEqual([]);
      const users = data?.integration.users;
      emails.push(...(users?.edges ?? []).map(({ node }) => node.email));
      expect(users).toMatchObject({
        nodes: users?.edges.map(({ node }) => node),
        pageInfo: {
          hasNextPage: page < 2,
          hasPreviousPage: page > 0,
          startCursor: users?.edges[0]?.cursor,
          endCursor: users?.edges.at(-1)?.cursor,
        },
      });
      after = `, after: "${users?.pageInfo.endCursor}"`;
    }
    expect(emails).toEqual(all.map(({ email }) => email));

    const { data } = await readPage(stack, '(first: 2)');
    const firstCursor = data?.integration.users?.edges[0]?.cursor;
    const next = await readPage(stack, `(first: 2, after: "${firstCursor}")`);
    expect(next.data?.integration.users?.edges[0]?.node.email).toBe('b@example.test');
  });

  it('a page has 100 collaborators by default, and null arguments have the same result and the same call as omitted ones', async () => {
    await using stack = await startWithOpenAI();
    stack.upstream.on('GET', pagePath('users', 0), { json: { collaborators: [user] } });
    const selection = '{ nodes { userId } }';
    const { data, errors } = await stack.gateway.query(
      `query ($first: Int, $after: String) { integration(name: OPENAI) {
        a: users ${selection} b: users(first: null) ${selection} c: users(first: 100, after: null) ${selection}
        d: users(first: $first, after: $after) ${selection}
      } }`,
      { first: null },
    );
    expect(errors).toEqual([]);
    const page = { nodes: [{ userId: user.user_id }] };
    expect(data).toEqual({ integration: { a: page, b: page, c: page, d: page } });
    expect(getCalls(stack)).toEqual([`GET ${toPath('openai')}`, `GET ${pagePath('users', 0)}`]);
  });

  it('a null before a collaborator does not shift its cursor, and a page of nulls leads to the next page', async () => {
    await using stack = await startWithOpenAI();
    const first = { collaborators: [null, user], next_starting_token: 2 };
    stack.upstream.on('GET', pagePath('users', 0), { json: first });
    const { data } = await readPage(stack, '');
    expect(data?.integration.users?.edges).toHaveLength(1);
    const after = data?.integration.users?.edges[0]?.cursor;
    const second = { collaborators: [null, null], next_starting_token: 4 };
    stack.upstream.on('GET', pagePath('users', 2), { json: second });
    const next = (await readPage(stack, `(after: "${after}")`)).data?.integration.users;
    expect(next).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
    stack.upstream.on('GET', pagePath('users', 4), { json: { collaborators: [user] } });
    const last = (await readPage(stack, `(after: "${next?.pageInfo.endCursor}")`)).data?.integration.users;
    expect(last?.edges).toHaveLength(1);
  });

  it.each([
    ['is empty', { collaborators: [] }],
    ['is left out', {}],
    ['is null', { collaborators: null }],
  ])('a page whose list of collaborators %s is empty and has no cursors', async (_what, json) => {
    await using stack = await startWithOpenAI();
    stack.upstream.on('GET', pagePath('users', 0), { json });
    const { data, errors } = await readPage(stack, '');
    expect(errors).toEqual([]);
    expect(data?.integration.users).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    'first: 0',
    'first: -1',
    'first: 1001',
    'after: ""',
    'after: "2"',
    'after: "b2Zmc2V0OjA"',
    'after: "b2Zmc2V0OjI="',
  ])('a page of collaborators with %s fails with BAD_USER_INPUT, without a call', async (args) => {
    await using stack = await startWithOpenAI();
    const { data, errors } = await readPage(stack, `(${args})`);
    expect(data).toEqual({ integration: { users: null } });
    expect(errors).toMatchObject([
      { path: ['integration', 'users'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(getCalls(stack)).toEqual([`GET ${toPath('openai')}`]);
  });

  it.each([{ collaborators: 'ada' }, { collaborators: [7, user] }])(
    'a page of collaborators that are not objects fails with UPSTREAM_INVALID_RESPONSE: %j',
    async (json) => {
      await using stack = await startWithOpenAI();
      stack.upstream.on('GET', pagePath('users', 0), { json });
      const { data, errors } = await readPage(stack, '');
      expect(data?.integration).toEqual({ users: null });
      expect(errors).toMatchObject([
        { path: ['integration', 'users'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
      ]);
    },
  );

  it.each<unknown>(['2', true, {}, { toString: 1 }, [[{ toString: 1 }]], 1.5, 0, -1])(
    'a next token that is not the offset of a later page fails only `hasNextPage` of a page with edges: %j',
    async (next_starting_token) => {
      await using stack = await startWithOpenAI();
      const json = { collaborators: [user], next_starting_token };
      stack.upstream.on('GET', pagePath('users', 0), { json });
      const page = 'nodes { userId } pageInfo { hasPreviousPage startCursor endCursor }';
      const other = await stack.gateway.query(`{ integration(name: OPENAI) { users { ${page} } } }`);
      expect(other.errors).toEqual([]);
      const { data, errors } = await readPage(stack, '');
      expect(data?.integration).toEqual({ users: null });
      expect(errors).toMatchObject([
        {
          path: ['integration', 'users', 'pageInfo', 'hasNextPage'],
          extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
        },
      ]);
    },
  );

  it.each([1, 1000])('a page can have %i collaborators', async (first) => {
    await using stack = await startWithOpenAI();
    stack.upstream.on('GET', pagePath('users', 0, first), { json: { collaborators: [] } });
    expect((await readPage(stack, `(first: ${first})`)).errors).toEqual([]);
  });

  it('a page of collaborators is null without a call if the integration has no id', async () => {
    await using stack = await startStack();
    stack.upstream.on('GET', toPath('openai'), { json: { ...openai, id: null } });
    const { data, errors } = await stack.gateway.query(
      '{ integration(name: OPENAI) { users { nodes { userId } } groups { nodes { groupId } } } }',
    );
    expect([data, errors]).toEqual([{ integration: { users: null, groups: null } }, []]);
    expect(getCalls(stack)).toEqual([`GET ${toPath('openai')}`]);
  });

  it.each(['../../secrets', '7', 'urn:uuid:00000000-0000-4000-8000-000000000009', '%2e%2e'])(
    'a page of collaborators fails with UPSTREAM_INVALID_RESPONSE, without a call, if upstream’s id is not a UUID: %s',
    async (invalid) => {
      await using stack = await startStack();
      stack.upstream.on('GET', toPath('openai'), { json: { ...openai, id: invalid } });
      const { data, errors } = await readPage(stack, '');
      expect(data).toEqual({ integration: { users: null } });
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
      expect(getCalls(stack)).toEqual([`GET ${toPath('openai')}`]);
    },
  );

  it('a page of collaborators is loaded once for an integration and its record', async () => {
    await using stack = await startStack();
    const id = 'abcdef00-0000-4000-8000-00000000000d';
    // The case of an id has no meaning.
    const record = { ...integrationRecordFixtures.full, id: id.toUpperCase(), provider: 'openai' };
    const path = `/v2/integrations/${id}/groups?starting_token=0&limit=100`;
    stack.upstream
      .on('GET', toPath('openai'), { json: { ...openai, id } })
      .on('GET', '/integrations', { json: [record] })
      .on('GET', path, { json: { collaborators: [group] } });
    const { data, errors } = await stack.gateway.query(
      `{ integration(name: OPENAI) { groups { nodes { name } } }
         integrationRecords { groups { nodes { name } } } }`,
    );
    const groups = { nodes: [{ name: group.group_name }] };
    expect([data, errors]).toEqual([{ integration: { groups }, integrationRecords: [{ groups }] }, []]);
    expect(stack.upstream.callsTo('GET', path)).toHaveLength(1);
  });
});

const mutations = {
  selectIntegration: (integrationId: string) =>
    `selectIntegration(integrationId: "${integrationId}") { label }`,
  updateIntegrationUser: (integrationId: string, id = user.user_id) =>
    `updateIntegrationUser(integrationId: "${integrationId}", userId: "${id}", role: OWNER) { role }`,
  updateIntegrationGroup: (integrationId: string, id = group.group_id) =>
    `updateIntegrationGroup(integrationId: "${integrationId}", groupId: "${id}", role: OWNER) { role }`,
  removeIntegrationUser: (integrationId: string, id = user.user_id) =>
    `removeIntegrationUser(integrationId: "${integrationId}", userId: "${id}")`,
  removeIntegrationGroup: (integrationId: string, id = group.group_id) =>
    `removeIntegrationGroup(integrationId: "${integrationId}", groupId: "${id}")`,
  shareIntegrationWithUsers: (integrationId: string) =>
    `shareIntegrationWithUsers(input: { integrationId: "${integrationId}", collaborators: [] }) { __typename }`,
  shareIntegrationWithGroups: (integrationId: string) =>
    `shareIntegrationWithGroups(input: { integrationId: "${integrationId}", collaborators: [] }) { __typename }`,
};

describe('an id argument', () => {
  it.each(Object.keys(mutations) as (keyof typeof mutations)[])(
    'an id argument of %s that is not a UUID fails with BAD_USER_INPUT, without a call',
    async (name) => {
      await using stack = await startStack();
      for (const invalid of ['', '../openai', '00000000-0000-4000-8000-00000000000', `${openai.id}/x`]) {
        const { data, errors } = await stack.gateway.query(`mutation { ${mutations[name](invalid)} }`);
        expect(data).toEqual({ [name]: null });
        expect(errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT' } }]);
      }
    },
  );

  it('the id of a collaborator that is not a UUID fails with BAD_USER_INPUT, without a call', async () => {
    await using stack = await startStack();
    for (const name of [
      'updateIntegrationUser',
      'updateIntegrationGroup',
      'removeIntegrationUser',
      'removeIntegrationGroup',
    ] as const) {
      const { errors } = await stack.gateway.query(`mutation { ${mutations[name](openai.id, '../x')} }`);
      expect(errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  it('an id argument can be a UUID of any version and case', async () => {
    await using stack = await startStack();
    for (const id of ['0190E6A0-7B7C-7F5A-9C1D-0123456789AB', '6ba7b810-9dad-11d1-80b4-00c04fd430c8']) {
      stack.upstream.on('PUT', `/v2/integrations/${id}/select`, { json: integrationRecordFixtures.full });
      expect((await stack.gateway.query(`mutation { ${mutations.selectIntegration(id)} }`)).errors).toEqual(
        [],
      );
    }
  });
});

describe('sharing', () => {
  it('a role is changed with PATCH, and a collaborator is removed with DELETE, regardless of the response body', async () => {
    await using stack = await startStack();
    const userPath = `${root}/users/${user.user_id}`;
    const groupPath = `${root}/groups/${group.group_id}`;
    stack.upstream
      .on('PATCH', userPath, { json: { ...user, role: 'owner' } })
      .on('PATCH', groupPath, { json: { ...group, role: 'owner' } })
      .on('DELETE', userPath, { status: 204 })
      .on('DELETE', groupPath, { status: 200, json: 'deleted' });
    const { data, errors } = await stack.gateway.query(`mutation {
      ${mutations.updateIntegrationUser(openai.id)} ${mutations.updateIntegrationGroup(openai.id)}
      ${mutations.removeIntegrationUser(openai.id)} ${mutations.removeIntegrationGroup(openai.id)}
    }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      updateIntegrationUser: { role: 'OWNER' },
      updateIntegrationGroup: { role: 'OWNER' },
      removeIntegrationUser: user.user_id,
      removeIntegrationGroup: group.group_id,
    });
    expect(stack.upstream.callsTo('PATCH', userPath).map(({ body }) => body)).toEqual(['{"role":"owner"}']);
  });

  it('a null among the collaborators that were added is left out', async () => {
    await using stack = await startStack();
    stack.upstream
      .on('POST', `${root}/users`, { json: [null, user] })
      .on('POST', `${root}/groups`, { json: [group, null] });
    const { data, errors } = await stack.gateway.query(
      `mutation ($id: ID!) {
      shareIntegrationWithUsers(input: { integrationId: $id, collaborators: [{ userEmail: "a@example.test" }] }) {
        ... on ShareIntegrationWithUsersSuccess { users { email } }
      }
      shareIntegrationWithGroups(input: { integrationId: $id, collaborators: [{ groupId: "g" }] }) {
        ... on ShareIntegrationWithGroupsSuccess { groups { name } }
      }
    }`,
      { id: openai.id },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      shareIntegrationWithUsers: { users: [{ email: user.email }] },
      shareIntegrationWithGroups: { groups: [{ name: group.group_name }] },
    });
  });

  it.each([
    ['users', 'userId', 'user_id'],
    ['groups', 'groupId', 'group_id'],
  ])(
    'sharing with %s returns upstream’s 422 as data, with paths below `collaborators`',
    async (kind, field, property) => {
      await using stack = await startStack();
      stack.upstream.on('POST', `${root}/${kind}`, {
        status: 422,
        json: {
          detail: [
            {
              loc: ['body', 1, property],
              msg: `Value error, ${property} is not a UUID`,
              type: 'uuid_parsing',
            },
            { loc: ['body'], msg: 'Too many', type: 'too_long' },
            { loc: ['path', 'integration_id'], msg: 'No.', type: 'uuid_parsing' },
          ],
        },
      });
      const name = kind === 'users' ? 'shareIntegrationWithUsers' : 'shareIntegrationWithGroups';
      const { data, errors } = await stack.gateway.query(
        `mutation { ${name}(input: { integrationId: "${openai.id}", collaborators: [{ ${field}: "a" }, { ${field}: "b" }] }) {
        ... on IntegrationValidationFailure { issues { path message code } }
      } }`,
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({
        [name]: {
          issues: [
            {
              path: ['input', 'collaborators', '1', field],
              message: `${field} is not a UUID`,
              code: 'uuid_parsing',
            },
            { path: ['input'], message: 'Too many', code: 'too_long' },
            { path: [], message: 'No.', code: 'uuid_parsing' },
          ],
        },
      });
    },
  );

  it.each([
    ['PATCH', 'users', mutations.updateIntegrationUser(openai.id), 'updateIntegrationUser'],
    ['DELETE', 'groups', mutations.removeIntegrationGroup(openai.id), 'removeIntegrationGroup'],
  ])('for %s of %s, a 422 is BAD_USER_INPUT and a 404 NOT_FOUND', async (method, kind, mutation, name) => {
    await using stack = await startStack();
    const path = `${root}/${kind}/${kind === 'users' ? user.user_id : group.group_id}`;
    for (const [status, code] of [
      [422, 'BAD_USER_INPUT'],
      [404, 'NOT_FOUND'],
    ] as const) {
      stack.upstream.on(method, path, { status, json: { detail: 'No.' } });
      const { data, errors } = await stack.gateway.query(`mutation { ${mutation} }`);
      expect(data).toEqual({ [name]: null });
      expect(errors).toMatchObject([{ message: 'No.', extensions: { code, upstreamStatus: status } }]);
    }
  });

  it('sharing needs a credential, and does not call upstream without one', async () => {
    await using stack = await startStack();
    for (const [name, mutation] of Object.entries(mutations)) {
      const { errors } = await stack.gateway.query(`mutation { ${mutation(openai.id)} }`, {}, {});
      expect(errors).toMatchObject([{ path: [name], extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });
});
