import type { CustomAuthenticationType } from 'galileo-gateway/client';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import {
  type CustomDraft,
  check,
  createDraft,
  createHeader,
  createModel,
  type HeaderDraft,
  type ModelDraft,
  type PlacedIssues,
  placeIssues,
  toInput,
} from './custom-draft.ts';
import { FaultNotice } from './fault-notice.tsx';
import type { Fault } from './faults.ts';
import { Field, Group, IssuesContext } from './field.tsx';
import type { CustomIntegration, Gateway, Issue, ProviderState } from './providers.ts';
import { formatBytes, words } from './words.ts';

interface CustomFormProps {
  readonly current: CustomIntegration | undefined;
  readonly gateway: Gateway;
  readonly onCancel: () => void;
  readonly onSaved: (state: ProviderState | undefined) => void;
  readonly onReload: () => void;
}

/** What came of the last attempt to save; a new object each time, so that focus moves each time. */
interface Outcome {
  readonly issues: PlacedIssues;
  readonly fault?: Fault;
}

const authenticationTypes: readonly CustomAuthenticationType[] = ['API_KEY', 'OAUTH2', 'NONE'];

/** The settings of the custom integration. Whatever Galileo finds wrong is shown at its own field. */
export function CustomForm({ current, gateway, onCancel, onSaved, onReload }: CustomFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() => createDraft(current));
  const [outcome, setOutcome] = useState<Outcome>({ issues: new Map() });
  const [isSaving, setIsSaving] = useState(false);
  const change = (changes: Partial<CustomDraft>): void => setDraft((before) => ({ ...before, ...changes }));

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input')?.focus();
  }, []);
  useEffect(() => {
    if (outcome.issues.size > 0 || outcome.fault !== undefined) focusFirstFault(form.current);
  }, [outcome]);

  const refuse = (issues: readonly Issue[]): void => {
    const hasPlace = (fieldId: string): boolean => form.current?.querySelector(`#${fieldId}`) != null;
    setOutcome({ issues: placeIssues(issues, hasPlace) });
  };
  const save = async (): Promise<void> => {
    const issues = check(draft);
    if (issues.length > 0) {
      refuse(issues);
      return;
    }
    setIsSaving(true);
    const saved = await gateway.saveCustom(toInput(draft, current));
    setIsSaving(false);
    if (saved.kind === 'saved') onSaved(saved.state);
    else if (saved.kind === 'failed') setOutcome({ issues: new Map(), fault: saved.fault });
    else refuse(saved.issues.length > 0 ? saved.issues : [{ path: [], message: saved.message }]);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isSaving) void save();
  };

  const formIssues = outcome.issues.get('') ?? [];
  return (
    <IssuesContext value={outcome.issues}>
      <form ref={form} className="custom-form" onSubmit={submit} noValidate autoComplete="off">
        <div className="drawer-body">
          <div role="alert" tabIndex={-1} className="form-alert">
            {formIssues.length > 0 && (
              <div className="notice" data-tone="bad">
                <p className="notice-title">Not saved</p>
                {formIssues.map((text) => (
                  <p key={text}>{text}</p>
                ))}
              </div>
            )}
            {outcome.fault !== undefined && <FaultNotice fault={outcome.fault} />}
            {outcome.fault?.code === 'UPSTREAM_OUTCOME_UNKNOWN' && (
              <button type="button" className="secondary" onClick={onReload}>
                Look at what is stored
              </button>
            )}
          </div>
          <Field
            path={['input', 'endpoint']}
            label="Endpoint"
            value={draft.endpoint}
            isRequired
            inputMode="url"
            placeholder="https://llm.example.com/v1"
            onChange={(endpoint) => change({ endpoint })}
          />
          <Authentication draft={draft} onChange={change} />
          <Models models={draft.models} onChange={(models) => change({ models })} />
          <Field
            path={['input', 'defaultModel']}
            label="Default model"
            value={draft.defaultModel}
            onChange={(defaultModel) => change({ defaultModel })}
          />
          <Headers headers={draft.headers} onChange={(headers) => change({ headers })} />
          <Group path={['input', 'multiModalConfig']} legend="Files">
            <div className="columns">
              <Field
                path={['input', 'multiModalConfig', 'maxFiles']}
                label="Files per call"
                value={draft.maxFiles}
                inputMode="numeric"
                onChange={(maxFiles) => change({ maxFiles })}
              />
              <Field
                path={['input', 'multiModalConfig', 'maxFileSizeBytes']}
                label="Bytes per file"
                value={draft.maxFileSizeBytes}
                inputMode="numeric"
                hint={toSizeHint(draft.maxFileSizeBytes)}
                onChange={(maxFileSizeBytes) => change({ maxFileSizeBytes })}
              />
            </div>
          </Group>
        </div>
        <div className="drawer-foot">
          <button type="button" className="secondary" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="primary" aria-disabled={isSaving}>
            {isSaving ? 'Saving…' : 'Save'}
          </button>
        </div>
      </form>
    </IssuesContext>
  );
}

interface AuthenticationProps {
  readonly draft: CustomDraft;
  readonly onChange: (changes: Partial<CustomDraft>) => void;
}

function Authentication({ draft, onChange }: AuthenticationProps) {
  return (
    <Group path={['input', 'authenticationType']} legend="Authentication">
      <div className="segments">
        {authenticationTypes.map((type) => (
          <label key={type}>
            <input
              type="radio"
              name="authentication-type"
              checked={draft.authenticationType === type}
              onChange={() => onChange({ authenticationType: type })}
            />
            <span>{words[type]}</span>
          </label>
        ))}
      </div>
      {draft.authenticationType === 'API_KEY' && (
        <div className="columns">
          <Field
            path={['input', 'apiKeyHeader']}
            label="Header"
            value={draft.apiKeyHeader}
            isRequired
            placeholder="X-API-Key"
            onChange={(apiKeyHeader) => onChange({ apiKeyHeader })}
          />
          <Field
            path={['input', 'apiKeyValue']}
            label="Key"
            value={draft.apiKeyValue}
            isRequired
            isSecret
            hint="Never read back: enter it for each save."
            onChange={(apiKeyValue) => onChange({ apiKeyValue })}
          />
        </div>
      )}
      {draft.authenticationType === 'OAUTH2' && (
        <>
          <div className="columns">
            <Field
              path={['input', 'oauth2TokenUrl']}
              label="Token URL"
              value={draft.oauth2TokenUrl}
              inputMode="url"
              onChange={(oauth2TokenUrl) => onChange({ oauth2TokenUrl })}
            />
            <Field
              path={['input', 'authenticationScope']}
              label="Scope"
              value={draft.authenticationScope}
              onChange={(authenticationScope) => onChange({ authenticationScope })}
            />
          </div>
          <Field
            path={['input', 'token']}
            label="Token"
            value={draft.token}
            isSecret
            hint="Never read back: enter it for each save."
            onChange={(token) => onChange({ token })}
          />
        </>
      )}
    </Group>
  );
}

interface ModelsProps {
  readonly models: readonly ModelDraft[];
  readonly onChange: (models: readonly ModelDraft[]) => void;
}

function Models({ models, onChange }: ModelsProps) {
  const change = (rowId: string, changes: Partial<ModelDraft>): void =>
    onChange(models.map((model) => (model.rowId === rowId ? { ...model, ...changes } : model)));
  const group = useFocusOnNewRow(models.length);
  return (
    <Group path={['input', 'modelProperties']} legend="Models">
      <div ref={group} className="rows">
        {models.map(({ rowId, name, alias, basedOn, supportedParameters }, index) => {
          const path = ['input', 'modelProperties', String(index)];
          return (
            <Group key={rowId} path={path} legend={`Model ${index + 1}`} className="row">
              <div className="columns">
                <Field
                  path={[...path, 'name']}
                  label="Name"
                  value={name}
                  isRequired
                  onChange={(text) => change(rowId, { name: text })}
                />
                <Field
                  path={[...path, 'alias']}
                  label="Alias"
                  value={alias}
                  onChange={(text) => change(rowId, { alias: text })}
                />
                <Field
                  path={[...path, 'basedOn']}
                  label="Based on"
                  value={basedOn}
                  onChange={(text) => change(rowId, { basedOn: text })}
                />
                <Field
                  path={[...path, 'supportedParameters']}
                  label="Parameters"
                  value={supportedParameters}
                  placeholder="temperature, top_p"
                  onChange={(text) => change(rowId, { supportedParameters: text })}
                />
              </div>
              <button
                type="button"
                className="quiet remove"
                onClick={() => onChange(models.filter((model) => model.rowId !== rowId))}
              >
                Remove<span className="sr-only"> model {index + 1}</span>
              </button>
            </Group>
          );
        })}
        <button type="button" className="secondary add" onClick={() => onChange([...models, createModel()])}>
          Add a model
        </button>
      </div>
    </Group>
  );
}

interface HeadersProps {
  readonly headers: readonly HeaderDraft[];
  readonly onChange: (headers: readonly HeaderDraft[]) => void;
}

function Headers({ headers, onChange }: HeadersProps) {
  const change = (rowId: string, changes: Partial<HeaderDraft>): void =>
    onChange(headers.map((header) => (header.rowId === rowId ? { ...header, ...changes } : header)));
  const group = useFocusOnNewRow(headers.length);
  return (
    <Group
      path={['input', 'headers']}
      legend="Headers"
      hint="They go along with every call. Never read back: a save replaces those that are stored."
    >
      <div ref={group} className="rows">
        {headers.map(({ rowId, key, value }, index) => {
          const path = ['input', 'headers', String(index)];
          return (
            <Group key={rowId} path={path} legend={`Header ${index + 1}`} className="row">
              <div className="columns">
                <Field
                  path={[...path, 'key']}
                  label="Name"
                  value={key}
                  isRequired
                  onChange={(text) => change(rowId, { key: text })}
                />
                <Field
                  path={[...path, 'value']}
                  label="Value"
                  value={value}
                  isRequired
                  isSecret
                  onChange={(text) => change(rowId, { value: text })}
                />
              </div>
              <button
                type="button"
                className="quiet remove"
                onClick={() => onChange(headers.filter((header) => header.rowId !== rowId))}
              >
                Remove<span className="sr-only"> header {index + 1}</span>
              </button>
            </Group>
          );
        })}
        <button
          type="button"
          className="secondary add"
          onClick={() => onChange([...headers, createHeader()])}
        >
          Add a header
        </button>
      </div>
    </Group>
  );
}

/** A row that was added takes focus; where one was removed, the button that adds takes it. */
function useFocusOnNewRow(count: number) {
  const group = useRef<HTMLDivElement>(null);
  const before = useRef(count);
  useEffect(() => {
    const rows = group.current?.querySelectorAll<HTMLElement>('.row');
    if (count > before.current) rows?.[count - 1]?.querySelector('input')?.focus();
    if (count < before.current) group.current?.querySelector<HTMLElement>('.add')?.focus();
    before.current = count;
  }, [count]);
  return group;
}

function toSizeHint(bytes: string): string | undefined {
  return /^\d{4,15}$/.test(bytes) ? formatBytes(Number(bytes)) : undefined;
}

/** A field that is wrong itself, else the first of a group that is, else what is said about the form. */
function focusFirstFault(form: HTMLFormElement | null): void {
  const wrong =
    form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"] input') ??
    form?.querySelector<HTMLElement>('.form-alert');
  wrong?.focus();
}
