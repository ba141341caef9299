import { createContext, type ReactNode, use } from 'react';
import { type PlacedIssues, toFieldId } from './custom-draft.ts';

/** What is wrong with the form's fields. */
export const IssuesContext = createContext<PlacedIssues>(new Map());

function useIssues(fieldId: string): readonly string[] {
  return use(IssuesContext).get(fieldId) ?? [];
}

/** The attributes that tie a control or a group to what is said about it. */
function toDescription(fieldId: string, hint: string | undefined, issues: readonly string[]) {
  const ids = [
    ...(issues.length > 0 ? [`${fieldId}-error`] : []),
    ...(hint === undefined ? [] : [`${fieldId}-hint`]),
  ];
  return ids.length === 0 ? undefined : ids.join(' ');
}

function Errors({ fieldId, issues }: { readonly fieldId: string; readonly issues: readonly string[] }) {
  return issues.length === 0 ? null : (
    <p className="error" id={`${fieldId}-error`}>
      {issues.join(' ')}
    </p>
  );
}

interface FieldProps {
  readonly path: readonly string[];
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly isRequired?: boolean;
  readonly isSecret?: boolean;
  readonly inputMode?: 'url' | 'numeric';
  readonly placeholder?: string;
}

/** A labelled text input with its hint and its errors. */
export function Field(props: FieldProps) {
  const { path, label, value, onChange, hint, isRequired = false, isSecret = false, ...input } = props;
  const fieldId = toFieldId(path);
  const issues = useIssues(fieldId);
  return (
    <div className="field">
      <label htmlFor={fieldId}>
        {label}
        {!isRequired && <span className="optional"> optional</span>}
      </label>
      <input
        {...input}
        id={fieldId}
        type={isSecret ? 'password' : 'text'}
        value={value}
        required={isRequired}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={issues.length > 0}
        aria-describedby={toDescription(fieldId, hint, issues)}
        onChange={(event) => onChange(event.target.value)}
      />
      <Errors fieldId={fieldId} issues={issues} />
      {hint !== undefined && (
        <p className="hint" id={`${fieldId}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface GroupProps {
  readonly path: readonly string[];
  readonly legend: string;
  readonly className?: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

/** Fields that belong together, with what is wrong with them together. */
export function Group({ path, legend, className = 'group', hint, children }: GroupProps) {
  const fieldId = toFieldId(path);
  const issues = useIssues(fieldId);
  return (
    <fieldset
      className={className}
      id={fieldId}
      data-invalid={issues.length > 0}
      aria-describedby={toDescription(fieldId, hint, issues)}
    >
      <legend>{legend}</legend>
      {hint !== undefined && (
        <p className="hint" id={`${fieldId}-hint`}>
          {hint}
        </p>
      )}
      <Errors fieldId={fieldId} issues={issues} />
      {children}
    </fieldset>
  );
}
