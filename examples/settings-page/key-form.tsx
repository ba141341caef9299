import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Fault } from './faults.ts';

interface KeyFormProps {
  readonly initialKey: string;
  /** Why the key that was given does not do. */
  readonly fault: Fault | undefined;
  readonly isLoaded: boolean;
  readonly onKey: (apiKey: string) => void;
  readonly onForget: () => void;
}

/** Asks for the key. The input is not controlled, so that the key is nowhere but in it and in the gateway's client. */
export function KeyForm({ initialKey, fault, isLoaded, onKey, onForget }: KeyFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isShown, setIsShown] = useState(false);
  const [isMissing, setIsMissing] = useState(false);
  const error = isMissing ? 'Paste an API key first.' : fault && `${fault.title}. ${fault.advice}`;

  useEffect(() => {
    if (fault !== undefined) input.current?.focus();
  }, [fault]);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const apiKey = input.current?.value.trim() ?? '';
    setIsMissing(apiKey === '');
    if (apiKey === '') input.current?.focus();
    else onKey(apiKey);
  };
  const forget = (): void => {
    if (input.current !== null) input.current.value = '';
    input.current?.focus();
    setIsMissing(false);
    onForget();
  };

  return (
    <form className="key-form" onSubmit={submit} noValidate autoComplete="off">
      <label htmlFor="api-key">Galileo API key</label>
      <div className="key-row">
        <div className="key-input">
          <input
            ref={input}
            id="api-key"
            type={isShown ? 'text' : 'password'}
            defaultValue={initialKey}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={error !== undefined}
            aria-describedby={error === undefined ? 'api-key-hint' : 'api-key-error api-key-hint'}
          />
          <button
            type="button"
            className="quiet"
            aria-pressed={isShown}
            aria-label="Show the API key"
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? 'Hide' : 'Show'}
          </button>
        </div>
        <button type="submit" className="primary">
          {isLoaded ? 'Reload' : 'Load'}
        </button>
        {isLoaded && (
          <button type="button" className="secondary" onClick={forget}>
            Forget
          </button>
        )}
      </div>
      <p className="error" id="api-key-error" role="alert">
        {error}
      </p>
      <p className="hint" id="api-key-hint">
        Stays in this page’s memory. A reload forgets it.
      </p>
    </form>
  );
}
