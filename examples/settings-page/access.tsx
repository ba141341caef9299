import { useMutation, useQuery } from '@apollo/client/react';
import {
  describeError,
  type IntegrationCollaboratorRole,
  type IntegrationCollaboratorRoleInput,
  IntegrationGroupsDocument,
  IntegrationUsersDocument,
  isOutcomeUnknown,
  issuesByControl,
  RemoveIntegrationGroupDocument,
  RemoveIntegrationUserDocument,
  ShareIntegrationWithGroupsDocument,
  ShareIntegrationWithUsersDocument,
  toGatewayErrors,
  UpdateIntegrationGroupDocument,
  UpdateIntegrationUserDocument,
} from 'galileo-gateway/client';
import { type SubmitEvent, useId, useRef, useState } from 'react';
import { getDenial } from './configuration.tsx';
import { ErrorAlert } from './error-notice.tsx';
import { Loading, useFeedback } from './feedback.tsx';
import type { DraftIssue } from './fields.ts';
import { Icon } from './icon.tsx';
import { Removed } from './insights.tsx';
import type { Provider } from './providers.ts';

type Role = IntegrationCollaboratorRoleInput;

const roles: Readonly<Record<Role, string>> = {
  VIEWER: 'Viewer',
  ANNOTATOR: 'Annotator',
  EDITOR: 'Editor',
  OWNER: 'Owner',
};
const isRole = (role: string): role is Role => role in roles;

const pageSize = 20;

interface AccessProps {
  readonly provider: Provider;
  readonly onReload: () => Promise<boolean>;
}

interface ListProps extends AccessProps {
  readonly integrationId: string;
}

/** Who can use an integration: users and groups, page by page. */
export function Access({ provider, onReload }: AccessProps) {
  const integrationId =
    provider.integration?.id ?? provider.records?.find(({ isSelected }) => isSelected)?.integrationId;
  if (integrationId === undefined) {
    return (
      <div className="drawer-body">
        <p className="notice">Galileo gives this integration no id, so it cannot be shared.</p>
      </div>
    );
  }
  return (
    <div className="drawer-body">
      <Users provider={provider} integrationId={integrationId} onReload={onReload} />
      <Groups provider={provider} integrationId={integrationId} />
    </div>
  );
}

const queryOptions = {
  errorPolicy: 'all',
  // Another page can have selected or shared an integration in the meantime.
  fetchPolicy: 'cache-and-network',
  nextFetchPolicy: 'cache-first',
  notifyOnNetworkStatusChange: true,
} as const;

function Users({ provider, integrationId, onReload }: ListProps) {
  const { data, error, loading, fetchMore, refetch } = useQuery(IntegrationUsersDocument, {
    variables: { name: provider.name, first: pageSize },
    ...queryOptions,
  });
  const [share] = useMutation(ShareIntegrationWithUsersDocument, { errorPolicy: 'all' });
  const [update] = useMutation(UpdateIntegrationUserDocument, { errorPolicy: 'all' });
  const [remove] = useMutation(RemoveIntegrationUserDocument, { errorPolicy: 'all' });
  const users = data?.integration?.users;
  // Groups would show the same.
  if (!loading && error === undefined && data?.integration === null)
    return <Removed provider={provider} onReload={onReload} />;
  return (
    <Collaborators
      provider={provider}
      title="Users"
      inputLabel="E-mail address"
      itemName="user"
      items={users?.edges.map(({ node }) => ({
        id: node.userId,
        title: [node.firstName, node.lastName].filter(Boolean).join(' ') || node.email,
        detail: node.email,
        role: node.role,
      }))}
      error={error}
      isLoading={loading}
      onRetry={() => void refetch()}
      onMore={
        users?.pageInfo.hasNextPage === true
          ? () => fetchMore({ variables: { after: users.pageInfo.endCursor } })
          : undefined
      }
      onAdd={async (userEmail, role) => {
        const input = { integrationId, collaborators: [{ userEmail, role }] };
        const result = await share({ variables: { input } });
        return { error: result.error, result: result.data?.shareIntegrationWithUsers };
      }}
      onRole={(userId, role) => update({ variables: { integrationId, userId, role } })}
      onRemove={(userId) => remove({ variables: { integrationId, userId } })}
    />
  );
}

function Groups({ provider, integrationId }: Omit<ListProps, 'onReload'>) {
  const { data, error, loading, fetchMore, refetch } = useQuery(IntegrationGroupsDocument, {
    variables: { name: provider.name, first: pageSize },
    ...queryOptions,
  });
  const [share] = useMutation(ShareIntegrationWithGroupsDocument, { errorPolicy: 'all' });
  const [update] = useMutation(UpdateIntegrationGroupDocument, { errorPolicy: 'all' });
  const [remove] = useMutation(RemoveIntegrationGroupDocument, { errorPolicy: 'all' });
  const groups = data?.integration?.groups;
  return (
    <Collaborators
      provider={provider}
      title="Groups"
      inputLabel="Group ID"
      itemName="group"
      items={groups?.edges.map(({ node }) => ({
        id: node.groupId,
        title: node.name,
        detail: '',
        role: node.role,
      }))}
      error={error}
      isLoading={loading}
      onRetry={() => void refetch()}
      onMore={
        groups?.pageInfo.hasNextPage === true
          ? () => fetchMore({ variables: { after: groups.pageInfo.endCursor } })
          : undefined
      }
      onAdd={async (groupId, role) => {
        const input = { integrationId, collaborators: [{ groupId, role }] };
        const result = await share({ variables: { input } });
        return { error: result.error, result: result.data?.shareIntegrationWithGroups };
      }}
      onRole={(groupId, role) => update({ variables: { integrationId, groupId, role } })}
      onRemove={(groupId) => remove({ variables: { integrationId, groupId } })}
    />
  );
}

interface Collaborator {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly role: IntegrationCollaboratorRole;
}

type Failing = Promise<{ readonly error?: unknown }>;

interface CollaboratorsProps {
  readonly provider: Provider;
  readonly title: string;
  readonly inputLabel: string;
  readonly itemName: string;
  /** Undefined until the first page is loaded. */
  readonly items: readonly Collaborator[] | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly onRetry: () => void;
  /** Undefined if everything is loaded. */
  readonly onMore: (() => Failing) | undefined;
  readonly onAdd: (
    who: string,
    role: Role,
  ) => Promise<{
    readonly error?: unknown;
    readonly result:
      | { readonly __typename: string; readonly issues?: readonly DraftIssue[] }
      | null
      | undefined;
  }>;
  readonly onRole: (id: string, role: Role) => Failing;
  readonly onRemove: (id: string) => Failing;
}

function Collaborators(props: CollaboratorsProps) {
  const { provider, title, itemName, items, isLoading, onMore } = props;
  const { announce, confirm } = useFeedback();
  const headingId = useId();
  const [removing, setRemoving] = useState<readonly string[]>([]);
  const [failure] = toGatewayErrors(props.error);
  const toRowId = (id: string): string => `${headingId}-${id}`;
  const denial = getDenial(
    provider.records?.find(({ isSelected }) => isSelected),
    'share',
  );

  /** Announces the result of a mutation, and loads the list again if it may have changed. */
  const report = async (mutation: Failing, who: string, done: string, failed: string): Promise<void> => {
    const { error } = await mutation.catch((reason: unknown) => ({ error: reason }));
    const [problem] = toGatewayErrors(error);
    if (problem === undefined) {
      announce({ tone: 'good', text: done });
      return;
    }
    const { title: reason } = describeError(problem);
    const isGone = problem.code === 'NOT_FOUND';
    if (isGone) announce({ tone: 'bad', text: `${who} no longer has access.` });
    else if (isOutcomeUnknown(problem))
      announce({ tone: 'bad', text: `${reason}. The change may have been made.` });
    else announce({ tone: 'bad', text: `${failed} ${reason}.` });
    if (isGone || isOutcomeUnknown(problem)) props.onRetry();
  };

  const loadMore = async (load: () => Failing): Promise<void> => {
    const { error } = await load().catch((reason: unknown) => ({ error: reason }));
    const [problem] = toGatewayErrors(error);
    if (problem !== undefined)
      announce({
        tone: 'bad',
        text: `The other ${title.toLowerCase()} could not be loaded. ${describeError(problem).title}.`,
      });
  };

  const remove = async ({ id, title: who }: Collaborator): Promise<void> => {
    const isConfirmed = await confirm({
      title: `Remove access for ${who}?`,
      body: (
        <p>
          {who} can no longer use {provider.displayName} through this integration.
        </p>
      ),
      action: 'Remove access',
      isDangerous: true,
    });
    if (!isConfirmed) return;
    setRemoving((ids) => [...ids, id]);
    await report(props.onRemove(id), who, `${who} no longer has access.`, `${who} still has access.`);
    setRemoving((ids) => ids.filter((other) => other !== id));
  };

  return (
    <section className="collaborators" aria-labelledby={headingId} aria-busy={isLoading}>
      <h3 id={headingId} tabIndex={-1} data-focus>
        {title}
      </h3>
      {denial === undefined ? <AddForm {...props} /> : <p className="hint">{denial}</p>}
      {failure !== undefined && <ErrorAlert error={failure} onRetry={props.onRetry} />}
      {items === undefined && isLoading && <Loading />}
      {items?.length === 0 && <p className="hint">Not shared with any {itemName} yet.</p>}
      <ul>
        {items?.map((item) => (
          <li key={item.id} id={toRowId(item.id)} className="list-row" tabIndex={-1} data-focus>
            <div>
              <p className="list-title">{item.title}</p>
              {item.detail !== '' && item.detail !== item.title && <p className="hint">{item.detail}</p>}
            </div>
            <RoleSelect
              item={item}
              isDisabled={denial !== undefined}
              onRole={(role) =>
                report(
                  props.onRole(item.id, role),
                  item.title,
                  `${item.title} is now ${roles[role].toLowerCase()}.`,
                  `The role of ${item.title} was not changed.`,
                )
              }
            />
            <button
              type="button"
              className="quiet icon-button"
              aria-label={`Remove access for ${item.title}`}
              disabled={denial !== undefined}
              aria-disabled={removing.includes(item.id)}
              onClick={() => removing.includes(item.id) || void remove(item)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      {onMore !== undefined && (
        <button
          type="button"
          className="secondary small"
          aria-disabled={isLoading}
          // After the last page the button disappears. The row above it then gets the focus.
          data-successor={toRowId(items?.at(-1)?.id ?? '')}
          onClick={() => isLoading || void loadMore(onMore)}
        >
          {isLoading ? 'Loading…' : `Load more ${title.toLowerCase()}`}
        </button>
      )}
    </section>
  );
}

interface RoleSelectProps {
  readonly item: Collaborator;
  readonly isDisabled: boolean;
  readonly onRole: (role: Role) => Promise<void>;
}

/** Shows a chosen role before the response. A failure shows the old one again. */
function RoleSelect({ item, isDisabled, onRole }: RoleSelectProps) {
  const [chosen, setChosen] = useState<Role>();
  const next = useRef<Role>(undefined);
  // One write at a time: the responses of parallel writes can arrive in another order.
  const choose = async (role: Role): Promise<void> => {
    const isWriting = next.current !== undefined;
    next.current = role;
    setChosen(role);
    if (isWriting) return;
    while (next.current !== undefined) {
      const sent: Role = next.current;
      await onRole(sent);
      if (next.current === sent) next.current = undefined;
    }
    setChosen(undefined);
  };
  const role = chosen ?? item.role;
  return (
    <select
      aria-label={`Role of ${item.title}`}
      value={role}
      disabled={isDisabled}
      onChange={({ target }) => isRole(target.value) && void choose(target.value)}
    >
      {!isRole(role) && <option value={role}>Unknown role</option>}
      {Object.entries(roles).map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Shares with one user or group. Issues appear at their controls, as in the form of a provider. */
function AddForm({ title, inputLabel, itemName, onAdd, onRetry }: CollaboratorsProps) {
  const { announce } = useFeedback();
  const input = useRef<HTMLInputElement>(null);
  const [who, setWho] = useState('');
  const [role, setRole] = useState<Role>('VIEWER');
  const [issues, setIssues] = useState<readonly DraftIssue[]>([]);
  const [isAdding, setIsAdding] = useState(false);
  const id = useId();
  const messages = [...issuesByControl(issues, []).values()].flat();

  const refuse = (found: readonly DraftIssue[]): void => {
    setIssues(found);
    input.current?.focus();
  };
  const add = async (): Promise<void> => {
    if (who.trim() === '') {
      refuse([
        { path: [], message: `Enter the ${inputLabel === 'Group ID' ? 'group ID' : 'e-mail address'}.` },
      ]);
      return;
    }
    setIsAdding(true);
    const { error, result } = await onAdd(who.trim(), role).catch((reason: unknown) => ({
      error: reason,
      result: null,
    }));
    setIsAdding(false);
    const [problem] = toGatewayErrors(error);
    if (problem !== undefined) {
      const { title: reason } = describeError(problem);
      const isUnknown = isOutcomeUnknown(problem);
      if (isUnknown) onRetry();
      const detail = isUnknown ? 'It may have been shared: check the list.' : problem.message;
      refuse([{ path: [], message: `${reason}. ${detail}` }]);
    } else if (result?.issues !== undefined) refuse(result.issues);
    else {
      setIssues([]);
      // Another address can be typed before the response.
      setWho((current) => (current === who ? '' : current));
      announce({ tone: 'good', text: `Shared with ${who.trim()}.` });
      input.current?.focus();
    }
  };

  return (
    <form
      className="add-form"
      noValidate
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (!isAdding) void add();
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-who`}>{inputLabel}</label>
        <input
          id={`${id}-who`}
          ref={input}
          value={who}
          type={itemName === 'user' ? 'email' : 'text'}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={messages.length > 0}
          aria-describedby={messages.length > 0 ? `${id}-error` : undefined}
          onChange={(event) => setWho(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-role`}>Role</label>
        <select
          id={`${id}-role`}
          value={role}
          onChange={({ target }) => isRole(target.value) && setRole(target.value)}
        >
          {Object.entries(roles).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" className="secondary" aria-disabled={isAdding}>
        {isAdding ? 'Sharing…' : 'Share'}
        <span className="sr-only"> with {title.toLowerCase()}</span>
      </button>
      <p className="error" id={`${id}-error`} role="alert">
        {messages.join(' ')}
      </p>
    </form>
  );
}
