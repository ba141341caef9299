import { type ChangeEvent, createContext, type DragEvent, useContext, useId, useRef, useState } from 'react';
import {
  createRow,
  type Draft,
  type DraftValue,
  type Field,
  getGroup,
  getRowFields,
  getRows,
  getWords,
  isVisible,
} from './fields.ts';
import { Icon } from './icon.tsx';

interface FormContext {
  /** Messages by control, from `issuesByControl`. */
  readonly issues: ReadonlyMap<string, readonly string[]>;
  /** Whether the form changes stored settings. Their secrets cannot be shown. */
  readonly isEdit: boolean;
}

export const FormContext = createContext<FormContext>({ issues: new Map(), isEdit: false });

interface ControlsProps {
  readonly fields: readonly Field[];
  readonly draft: Draft;
  /** Path of the draft with a trailing dot. Empty for the form itself. */
  readonly prefix?: string;
  /** Takes a function, because a file can arrive after other fields have changed. */
  readonly onChange: (update: (draft: Draft) => Draft) => void;
}

/** The controls of a draft, including nested ones. */
export function Controls({ fields, draft, prefix = '', onChange }: ControlsProps) {
  return fields
    .filter((field) => isVisible(field, draft))
    .map((field) => (
      <Control
        key={`${field.name}-${field.label}`}
        field={field}
        path={prefix + field.name}
        value={draft[field.name]}
        onChange={(update) => onChange((before) => ({ ...before, [field.name]: update(before[field.name]) }))}
      />
    ));
}

interface ControlProps {
  readonly field: Field;
  readonly path: string;
  readonly value: DraftValue | undefined;
  readonly onChange: (update: (value: DraftValue | undefined) => DraftValue) => void;
}

function Control(props: ControlProps) {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- All other kinds are text.
  switch (props.field.kind) {
    case 'group':
      return <GroupControl {...props} />;
    case 'entries':
    case 'list':
      return <RowsControl {...props} />;
    case 'choices':
      return <ChoicesControl {...props} />;
    case 'switch':
      return <SwitchControl {...props} />;
    default:
      return <TextControl {...props} />;
  }
}

/** The attributes that connect an element with its messages. Its `id` is its path, so that an issue can focus it. */
function useDescription(path: string, field: Field) {
  const { issues, isEdit } = useContext(FormContext);
  const messages = issues.get(path) ?? [];
  const hint = [
    field.help,
    isEdit && field.writeOnly === true ? 'Galileo never shows the stored value. Enter it again.' : undefined,
  ]
    .filter((text) => text !== undefined)
    .join(' ');
  const ids = [...(messages.length > 0 ? [`${path}-error`] : []), ...(hint === '' ? [] : [`${path}-hint`])];
  return {
    attributes: {
      id: path,
      'aria-invalid': messages.length > 0,
      'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    },
    below: (
      <>
        {messages.length > 0 && (
          <p className="error" id={`${path}-error`}>
            {messages.join(' ')}
          </p>
        )}
        {hint !== '' && (
          <p className="hint" id={`${path}-hint`}>
            {hint}
          </p>
        )}
      </>
    ),
  };
}

function Label({ field, path }: { readonly field: Field; readonly path: string }) {
  return (
    <label htmlFor={path}>
      {field.label} {field.required !== true && <span className="optional">optional</span>}
    </label>
  );
}

function TextControl({ field, path, value, onChange }: ControlProps) {
  const { attributes, below } = useDescription(path, field);
  const shared = {
    ...attributes,
    value: typeof value === 'string' ? value : '',
    'aria-required': field.required === true,
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
      onChange(() => event.target.value),
  };
  return (
    <div className="field">
      <Label field={field} path={path} />
      {field.kind === 'select' ? (
        <select {...shared}>
          {shared.value === '' && <option value="">Choose…</option>}
          {Object.entries(field.options).map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
        </select>
      ) : field.kind === 'secret' ? (
        <SecretInput {...shared} label={field.label} />
      ) : field.kind === 'key-file' ? (
        <KeyFileInput {...shared} onText={(text) => onChange(() => text)} />
      ) : field.kind === 'json' ? (
        <textarea rows={4} className="code" {...shared} />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={field.kind === 'number' ? 'numeric' : field.kind === 'url' ? 'url' : 'text'}
          placeholder={'placeholder' in field ? field.placeholder : undefined}
        />
      )}
      {below}
    </div>
  );
}

type InputProps = React.ComponentProps<'input'>;

/** Hidden by default; the button reveals what was typed. */
function SecretInput({ label, ...input }: InputProps & { readonly label: string }) {
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="with-button">
      <input {...input} type={isShown ? 'text' : 'password'} autoComplete="new-password" />
      <button
        type="button"
        className="quiet"
        aria-label={`${isShown ? 'Hide' : 'Show'} ${label}`}
        onClick={() => setIsShown(!isShown)}
      >
        {isShown ? 'Hide' : 'Show'}
      </button>
    </div>
  );
}

/** A file can be dropped or chosen. Its content is never shown, only whose key it is. */
function KeyFileInput({ value, onText, ...input }: InputProps & { readonly onText: (text: string) => void }) {
  const [isOver, setIsOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const read = (file: File | undefined): void => void file?.text().then(onText);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    read(event.dataTransfer.files[0]);
  };
  return (
    <div
      className="drop"
      data-over={isOver}
      data-invalid={input['aria-invalid'] === true}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <Icon name="file" />
      <span className="drop-text">
        {value === '' ? 'Drop the JSON file here' : describeKeyFile(String(value))}
      </span>
      <input
        id={input.id}
        ref={chooser}
        type="file"
        data-focus
        accept="application/json,.json"
        required={input['aria-required'] === true}
        aria-invalid={input['aria-invalid']}
        aria-describedby={input['aria-describedby']}
        onChange={(event) => read(event.target.files?.[0])}
      />
      {value !== '' && (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            if (chooser.current !== null) chooser.current.value = '';
            onText('');
          }}
        >
          Clear
        </button>
      )}
    </div>
  );
}

function describeKeyFile(text: string): string {
  try {
    const key: unknown = JSON.parse(text);
    const email =
      typeof key === 'object' && key !== null && 'client_email' in key ? key.client_email : undefined;
    return typeof email === 'string' ? `Key of ${email}` : 'A JSON file';
  } catch {
    return 'Not a JSON file';
  }
}

function SwitchControl({ field, path, value, onChange }: ControlProps) {
  const { attributes, below } = useDescription(path, field);
  return (
    <div className="field">
      <label className="switch">
        <input
          {...attributes}
          type="checkbox"
          role="switch"
          checked={value === true}
          aria-checked={value === true}
          onChange={(event) => onChange(() => event.target.checked)}
        />
        {field.label}
      </label>
      {below}
    </div>
  );
}

function ChoicesControl({ field, path, value, onChange }: ControlProps) {
  const { attributes, below } = useDescription(path, field);
  const chosen = getWords(value);
  const offered = field.kind === 'choices' ? field.options : {};
  // Stored choices that the form does not offer. They are shown, so that saving does not remove them silently.
  const [unknown] = useState(() => [...new Set(chosen)].filter((choice) => !(choice in offered)));
  return (
    <fieldset
      className="field"
      id={path}
      data-invalid={attributes['aria-invalid']}
      aria-describedby={attributes['aria-describedby']}
    >
      <legend>{field.label}</legend>
      <div className="choices">
        {[...Object.entries(offered), ...unknown.map((choice) => [choice, 'Unknown'] as const)].map(
          ([option, label]) => (
            <label key={option}>
              <input
                type="checkbox"
                checked={chosen.includes(option)}
                onChange={(event) =>
                  onChange(() =>
                    event.target.checked ? [...chosen, option] : chosen.filter((other) => other !== option),
                  )
                }
              />
              {label}
            </label>
          ),
        )}
      </div>
      {below}
    </fieldset>
  );
}

function GroupControl({ field, path, value, onChange }: ControlProps) {
  const { attributes, below } = useDescription(path, field);
  if (field.kind !== 'group') return null;
  return (
    <fieldset className="group" id={path} tabIndex={-1} aria-describedby={attributes['aria-describedby']}>
      <legend>
        {field.label} {field.required !== true && <span className="optional">optional</span>}
      </legend>
      {below}
      <div className="columns">
        <Controls
          fields={field.fields}
          draft={getGroup(value)}
          prefix={`${path}.`}
          onChange={(update) => onChange((before) => update(getGroup(before)))}
        />
      </div>
    </fieldset>
  );
}

function RowsControl({ field, path, value, onChange }: ControlProps) {
  const { attributes, below } = useDescription(path, field);
  const { issues } = useContext(FormContext);
  const listId = useId();
  const rows = getRows(value);
  const rowFields = getRowFields(field) ?? [];
  const itemLabel = field.kind === 'list' ? field.itemLabel : field.kind === 'entries' ? field.keyLabel : '';
  const add = (): void => {
    onChange((before) => [...getRows(before), createRow(rowFields)]);
    // The new row exists only after the next paint.
    requestAnimationFrame(() =>
      document.getElementById(`${path}.${rows.length}.${rowFields[0]?.name ?? ''}`)?.focus(),
    );
  };
  return (
    <fieldset className="group" id={path} tabIndex={-1} aria-describedby={attributes['aria-describedby']}>
      <legend>
        {field.label} <span className="optional">optional</span>
      </legend>
      {below}
      {rows.length > 0 && (
        <div className="rows" id={listId} data-kind={field.kind}>
          {rows.map((row, index) => {
            const rowPath = `${path}.${index}`;
            const messages = issues.get(rowPath) ?? [];
            return (
              <fieldset
                key={row.rowId}
                className="row"
                id={rowPath}
                tabIndex={-1}
                data-invalid={messages.length > 0}
                aria-describedby={messages.length > 0 ? `${rowPath}-error` : undefined}
              >
                <legend className="sr-only">
                  {itemLabel} {index + 1}
                </legend>
                <div className="columns">
                  <Controls
                    fields={rowFields}
                    draft={row.values}
                    prefix={`${rowPath}.`}
                    onChange={(update) =>
                      onChange((before) =>
                        getRows(before).map((other) =>
                          other.rowId === row.rowId ? { ...other, values: update(other.values) } : other,
                        ),
                      )
                    }
                  />
                </div>
                <button
                  type="button"
                  className="quiet icon-button remove"
                  aria-label={`Remove ${itemLabel.toLowerCase()} ${index + 1}`}
                  onClick={() =>
                    onChange((before) => getRows(before).filter(({ rowId }) => rowId !== row.rowId))
                  }
                >
                  <Icon name="close" />
                </button>
                {messages.length > 0 && (
                  <p className="error" id={`${rowPath}-error`}>
                    {messages.join(' ')}
                  </p>
                )}
              </fieldset>
            );
          })}
        </div>
      )}
      <button type="button" className="secondary small add" data-focus onClick={add}>
        <Icon name="plus" /> Add {itemLabel.toLowerCase()}
      </button>
    </fieldset>
  );
}
