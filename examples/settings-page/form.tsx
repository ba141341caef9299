import { useApolloClient } from '@apollo/client/react';
import { describeError, type GatewayError, isOutcomeUnknown, issuesByControl } from 'galileo-gateway/client';
import { type SubmitEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Controls, FormContext } from './controls.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { useFeedback } from './feedback.tsx';
import { checkDraft, createDraft, type Draft, type DraftIssue, getControls, getRemoved } from './fields.ts';
import { type Provider, providerForms, type SaveResult } from './providers.ts';

interface ProviderFormProps {
  readonly provider: Provider;
  /** The draft of an earlier save that failed after the drawer was closed. */
  readonly kept: Draft | undefined;
  readonly onCancel: () => void;
  readonly onProgress: (progress: 'changed' | 'saving') => void;
  /** Called for every result, with whether the form was closed in the meantime. */
  readonly onResult: (result: SaveResult, draft: Draft, isClosed: boolean) => void;
  readonly onCheckStored: () => void;
}

/** Connects a provider or changes its settings. Everything that differs between providers comes from `providerForms`. */
export function ProviderForm({
  provider,
  kept,
  onCancel,
  onProgress,
  onResult,
  onCheckStored,
}: ProviderFormProps) {
  const { name, displayName, integration, state } = provider;
  // If loading it failed, Galileo can still have settings.
  const isEdit = state.status !== 'not-configured';
  const form = providerForms[name];
  const client = useApolloClient();
  const { confirm } = useFeedback();
  const [draft, setDraft] = useState(() => kept ?? createDraft(form.fields, integration ?? undefined));
  const [issues, setIssues] = useState<readonly DraftIssue[]>([]);
  const [error, setError] = useState<GatewayError>();
  const [isSaving, setIsSaving] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const element = useRef<HTMLFormElement>(null);
  const byControl = useMemo(
    () => issuesByControl(issues, getControls(form.fields, draft)),
    [issues, draft, form.fields],
  );

  useEffect(() => {
    element.current?.querySelector<HTMLElement>('input, select')?.focus();
  }, []);

  // After an attempt, moves the focus to the first control with an issue, or to the message above the form.
  useEffect(() => {
    if (attempts === 0) return;
    const [invalid] =
      element.current?.querySelectorAll<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]') ?? [];
    const details = invalid?.closest('details');
    if (details) details.open = true;
    const target = invalid?.matches('fieldset, .drop')
      ? (invalid.querySelector<HTMLElement>('input') ?? invalid)
      : invalid;
    (target ?? element.current?.querySelector<HTMLElement>('.form-alert'))?.focus();
  }, [attempts]);

  const change = (update: (draft: Draft) => Draft): void => {
    setDraft(update);
    onProgress('changed');
  };

  const save = async (): Promise<void> => {
    const found = checkDraft(form.fields, draft);
    setIssues(found);
    setError(undefined);
    if (found.length > 0) {
      setAttempts((count) => count + 1);
      return;
    }
    const removed = isEdit ? getRemoved(form.fields, draft) : [];
    if (removed.length > 0 && !(await confirmRemoval(removed))) return;
    setIsSaving(true);
    onProgress('saving');
    const result = await form.save(client, draft);
    setIsSaving(false);
    const isClosed = element.current === null;
    onResult(result, draft, isClosed);
    if (result.kind === 'saved' || isClosed) return;
    onProgress('changed');
    if (result.kind === 'rejected') {
      setIssues(result.issues.length > 0 ? result.issues : [{ path: [], message: result.message }]);
    } else if (result.error.code === 'PROVIDER_ERROR' && !result.error.retryable) {
      const message = `The provider rejected this key. ${result.error.message}`;
      setIssues([{ path: ['input', ...form.credential(draft).split('.')], message }]);
    } else {
      setError(result.error);
    }
    setAttempts((count) => count + 1);
  };

  const confirmRemoval = (removed: readonly string[]): Promise<boolean> =>
    confirm({
      title: `Save without ${removed.length === 1 ? 'this value' : 'these values'}?`,
      body: (
        <>
          <p>Galileo does not show these values. If they are stored, saving removes them:</p>
          <ul>
            {removed.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        </>
      ),
      action: 'Save and remove',
      isDangerous: true,
    });

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isSaving) void save();
  };

  const general = byControl.get('') ?? [];
  const main = form.fields.filter(({ advanced }) => advanced !== true);
  const advanced = form.fields.filter((field) => field.advanced === true);
  const label = isEdit ? 'Save changes' : `Connect ${displayName}`;
  return (
    <form className="provider-form" ref={element} onSubmit={submit} noValidate aria-busy={isSaving}>
      {/* What is typed during a save would be lost. */}
      <div className="drawer-body" inert={isSaving}>
        <div className="form-alert" role="alert" tabIndex={-1}>
          {general.length > 0 && (
            <div className="notice" data-tone="bad">
              <p className="notice-title">Galileo rejected the settings</p>
              {general.map((message) => (
                <p key={message}>{message}</p>
              ))}
            </div>
          )}
          {error !== undefined && isOutcomeUnknown(error) && (
            <ErrorNotice error={error} advice={`${displayName} may have been saved.`}>
              <button type="button" className="secondary small" onClick={onCheckStored}>
                Check what is stored
              </button>
            </ErrorNotice>
          )}
          {error !== undefined && !isOutcomeUnknown(error) && (
            <ErrorNotice error={error} onRetry={() => void save()} />
          )}
        </div>
        <FormContext value={{ issues: byControl, isEdit }}>
          <Controls fields={main} draft={draft} onChange={change} />
          {advanced.length > 0 && (
            <details className="advanced">
              <summary>More settings</summary>
              <div className="advanced-body">
                <Controls fields={advanced} draft={draft} onChange={change} />
              </div>
            </details>
          )}
        </FormContext>
      </div>
      <div className="drawer-foot">
        <button type="button" className="secondary" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="primary" aria-disabled={isSaving}>
          {isSaving ? 'Saving…' : label}
        </button>
      </div>
    </form>
  );
}

/** One sentence for the toast. */
export function describeResult(displayName: string, isNew: boolean, result: SaveResult): string {
  if (result.kind === 'saved') return isNew ? `${displayName} is connected.` : `${displayName} is saved.`;
  if (result.kind === 'rejected') return `${displayName} was not saved: Galileo rejected the settings.`;
  const { title } = describeError(result.error);
  return isOutcomeUnknown(result.error)
    ? `${title}. ${displayName} may have been saved.`
    : `${displayName} was not saved. ${title}.`;
}
