import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { Icon } from './icon.tsx';

/** A notice that does not report a problem, because the user asked for it. */
export const forgottenNotice = 'This page no longer has your API key.';

interface KeyFormProps {
  /** The reason if a key is needed again. */
  readonly notice: string;
  readonly onKey: (apiKey: string) => void;
}

/** Asks for the API key. The input is uncontrolled, so that only it and the client hold the key. */
export function KeyForm({ notice, onKey }: KeyFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isShown, setIsShown] = useState(false);
  const [message, setMessage] = useState(notice);
  const isProblem = message !== '' && message !== forgottenNotice;
  useEffect(() => input.current?.focus(), []);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const apiKey = input.current?.value.trim() ?? '';
    if (apiKey === '') setMessage('Enter your API key.');
    // The browser could not send it.
    else if (!/^[\x21-\xff]+$/.test(apiKey)) setMessage('This key has a character that no API key has.');
    else onKey(apiKey);
    input.current?.focus();
  };

  return (
    <form className="key-form" onSubmit={submit} noValidate autoComplete="off">
      <span className="monogram" aria-hidden="true">
        <Icon name="key" />
      </span>
      <h2>Enter your API key</h2>
      <p className="hint" id="api-key-hint">
        It stays in the memory of this page and is sent only to the gateway. Closing or reloading the page
        forgets it.
      </p>
      <div className="field">
        <label htmlFor="api-key">Galileo API key</label>
        <div className="with-button">
          <input
            ref={input}
            id="api-key"
            type={isShown ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={isProblem}
            aria-describedby="api-key-message api-key-hint"
          />
          <button
            type="button"
            className="quiet"
            aria-label={isShown ? 'Hide the API key' : 'Show the API key'}
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? 'Hide' : 'Show'}
          </button>
        </div>
        <p className={isProblem ? 'error' : 'hint'} id="api-key-message" role="alert">
          {message}
        </p>
      </div>
      <button type="submit" className="primary">
        Continue
      </button>
    </form>
  );
}
