import { useMutation } from '@apollo/client/react';
import {
  DeleteIntegrationDocument,
  describeError,
  type GatewayError,
  isOutcomeUnknown,
  SelectIntegrationDocument,
  toGatewayErrors,
} from 'galileo-gateway/client';
import { useId } from 'react';
import { ErrorAlert } from './error-notice.tsx';
import { useFeedback } from './feedback.tsx';
import { describeStored } from './fields.ts';
import { type IntegrationRecord, type Provider, providerForms } from './providers.ts';

interface ConfigurationProps {
  readonly provider: Provider;
  readonly isRemoving: boolean;
  readonly onRemoving: (isRemoving: boolean) => void;
  readonly onEdit: () => void;
  readonly onReload: () => Promise<boolean>;
}

/** The stored settings and the actions on them. */
export function Configuration(props: ConfigurationProps) {
  const { provider, isRemoving, onEdit, onReload } = props;
  const { state, displayName, records } = provider;
  if (state.status === 'failed') {
    return (
      <div className="drawer-body">
        <ErrorAlert error={state.error} onRetry={() => void onReload()} />
        <RemoveButton {...props} denial={undefined} />
      </div>
    );
  }
  if (state.status === 'not-configured') {
    return (
      <div className="drawer-body">
        <div className="empty">
          <h3>{displayName} is not connected</h3>
          {provider.isAvailable === false ? (
            <p>Your Galileo deployment does not offer this provider. Ask an administrator to enable it.</p>
          ) : (
            <>
              <p>Enter its credentials once, and everyone you share it with can use its models.</p>
              <button type="button" className="primary" onClick={onEdit}>
                Connect {displayName}
              </button>
            </>
          )}
        </div>
      </div>
    );
  }
  const used = records?.find(({ isSelected }) => isSelected) ?? records?.[0];
  const denial = getDenial(used, 'update');
  return (
    <>
      <div className="drawer-body">
        {state.errors.length > 0 && (
          <p className="notice">Some settings could not be read, so they are missing here.</p>
        )}
        {used?.isDisabled === true && (
          <p className="notice">An administrator has disabled this integration.</p>
        )}
        <Details provider={provider} record={used} />
        {records !== null && records.length > 1 && <Records provider={provider} onReload={onReload} />}
        <RemoveButton {...props} denial={getDenial(used, 'delete')} />
      </div>
      <div className="drawer-foot">
        {denial !== undefined && <p className="hint">{denial}</p>}
        <button
          type="button"
          className="primary"
          onClick={onEdit}
          disabled={denial !== undefined || isRemoving}
        >
          Edit
        </button>
      </div>
    </>
  );
}

/** Why the user has no permission for an action on a record. Undefined if the action is allowed. */
export function getDenial(record: IntegrationRecord | undefined, action: string): string | undefined {
  const permission = record?.permissions.find(({ rawAction }) => rawAction === action);
  if (permission?.allowed !== false) return undefined;
  return permission.message ?? 'You don’t have permission to do this.';
}

const formatDate = (date: string): string =>
  new Date(date).toLocaleDateString('en', { day: 'numeric', month: 'long', year: 'numeric' });

function Details({
  provider,
  record,
}: {
  readonly provider: Provider;
  readonly record: IntegrationRecord | undefined;
}) {
  const rows = providerForms[provider.name].fields.flatMap((field) => {
    const text = describeStored(field, provider.integration);
    return text === undefined
      ? []
      : [{ label: field.label, lines: typeof text === 'string' ? [text] : text }];
  });
  return (
    <dl className="details">
      {rows.map(({ label, lines }) => (
        <div className="details-row" key={label}>
          <dt>{label}</dt>
          <dd>
            {lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </dd>
        </div>
      ))}
      <div className="details-row">
        <dt>Credentials</dt>
        <dd className="unset">Stored. Galileo never shows them.</dd>
      </div>
      {record !== undefined && (
        <div className="details-row">
          <dt>Last changed</dt>
          <dd>{formatDate(record.updatedAt)}</dd>
        </div>
      )}
    </dl>
  );
}

/** Why a provider was not changed. If it may have been, loads what Galileo has stored. */
async function explainFailure(
  failure: GatewayError,
  provider: string,
  participle: 'switched' | 'removed',
  reload: () => Promise<boolean>,
): Promise<string> {
  const { title } = describeError(failure);
  if (!isOutcomeUnknown(failure) && failure.code !== 'NOT_FOUND')
    return `${provider} was not ${participle}. ${title}.`;
  const advice = (await reload())
    ? 'This is what Galileo has stored now.'
    : `${provider} may have been ${participle}, and could not be loaded.`;
  return `${title}. ${advice}`;
}

/** Several integrations of one provider, own and shared. One of them is in use. */
function Records({ provider, onReload }: Pick<ConfigurationProps, 'provider' | 'onReload'>) {
  const [select, { loading }] = useMutation(SelectIntegrationDocument, { errorPolicy: 'all' });
  const { announce } = useFeedback();
  const headingId = useId();
  const use = async ({ integrationId, label }: IntegrationRecord): Promise<void> => {
    const { error } = await select({ variables: { integrationId } }).catch((failure: unknown) => ({
      error: failure,
    }));
    const [failure] = toGatewayErrors(error);
    if (failure !== undefined) {
      const text = await explainFailure(failure, provider.displayName, 'switched', onReload);
      announce({ tone: 'bad', text });
      return;
    }
    announce({ tone: 'good', text: `Galileo now uses “${label}”.` });
  };
  return (
    <section aria-labelledby={headingId} className="records">
      <h3 id={headingId} tabIndex={-1} data-focus>
        Integrations of this provider
      </h3>
      <ul>
        {provider.records?.map((record) => (
          <li key={record.integrationId} className="list-row">
            <div>
              <p className="list-title">{record.label}</p>
              <p className="hint">Created {formatDate(record.createdAt)}</p>
            </div>
            {record.isSelected ? (
              <span className="badge" data-status="configured">
                In use
              </span>
            ) : (
              <button
                type="button"
                className="secondary small"
                aria-disabled={loading}
                onClick={() => loading || void use(record)}
              >
                Use this one<span className="sr-only">, created {formatDate(record.createdAt)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function RemoveButton({
  provider,
  isRemoving,
  denial,
  onRemoving,
  onReload,
}: Omit<ConfigurationProps, 'onEdit'> & { readonly denial: string | undefined }) {
  const { name, displayName } = provider;
  const { announce, confirm } = useFeedback();
  const [remove] = useMutation(DeleteIntegrationDocument, { errorPolicy: 'all' });
  const ask = async (): Promise<void> => {
    const isConfirmed = await confirm({
      title: `Remove ${displayName}?`,
      body: (
        <p>
          Galileo deletes its settings and credentials. Everyone who uses {displayName} loses access to its
          models.
        </p>
      ),
      action: `Remove ${displayName}`,
      isDangerous: true,
      typed: displayName,
    });
    if (!isConfirmed) return;
    onRemoving(true);
    const { error } = await remove({ variables: { name } }).catch((failure: unknown) => ({ error: failure }));
    onRemoving(false);
    const failure = toGatewayErrors(error).find(({ path }) => path.length <= 1);
    if (failure === undefined) announce({ tone: 'good', text: `${displayName} is removed.` });
    else {
      const text = await explainFailure(failure, displayName, 'removed', onReload);
      announce({ tone: 'bad', text });
    }
  };
  return (
    <div className="danger-zone">
      <button
        type="button"
        className="quiet danger-text"
        disabled={denial !== undefined}
        aria-disabled={isRemoving}
        onClick={() => isRemoving || void ask()}
      >
        {isRemoving ? 'Removing…' : `Remove ${displayName}`}
      </button>
      {denial !== undefined && <p className="hint">{denial}</p>}
    </div>
  );
}
