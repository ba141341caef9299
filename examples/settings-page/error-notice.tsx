import { describeError, type GatewayError, getRetryDelayMs, isRetryable } from 'galileo-gateway/client';
import { type ReactNode, useEffect, useState } from 'react';

interface ErrorNoticeProps {
  readonly error: GatewayError;
  /** Shown as a button only if a retry can help, and only after the time that Galileo asked for. */
  readonly onRetry?: (() => void) | undefined;
  /** In place of the general advice for the error's code. */
  readonly advice?: string | undefined;
  readonly children?: ReactNode;
}

/** An error message for users, with the request id to report. */
export function ErrorNotice({ error, onRetry, advice, children }: ErrorNoticeProps) {
  const { title, advice: generalAdvice } = describeError(error);
  return (
    <div className="notice" data-tone="bad">
      <p className="notice-title">{title}</p>
      <p>{advice ?? generalAdvice}</p>
      <p className="fine">
        {error.message}
        {error.requestId !== undefined && (
          <>
            {' '}
            Request id: <code>{error.requestId}</code>
          </>
        )}
      </p>
      {(children !== undefined || (onRetry !== undefined && isRetryable(error))) && (
        // The seconds on the button are not announced.
        <div className="buttons" aria-live="off">
          {children}
          {onRetry !== undefined && isRetryable(error) && <RetryButton error={error} onRetry={onRetry} />}
        </div>
      )}
    </div>
  );
}

/** An error message that a screen reader announces when it appears. */
export const ErrorAlert = (props: ErrorNoticeProps) => (
  <div role="alert">
    <ErrorNotice {...props} />
  </div>
);

/** Waits as long as Galileo asked for. */
export function RetryButton({
  error,
  onRetry,
  label,
}: {
  readonly error: GatewayError;
  readonly onRetry: () => void;
  readonly label?: string;
}) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const readyAt = Date.now() + (error.retryAfterMs === undefined ? 0 : getRetryDelayMs(error, 1));
    const update = (): void => setSeconds(Math.max(0, Math.ceil((readyAt - Date.now()) / 1000)));
    update();
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  }, [error]);
  return (
    <button
      type="button"
      className="secondary small"
      aria-disabled={seconds > 0}
      onClick={() => seconds === 0 && onRetry()}
    >
      {seconds > 0 ? `Try again in ${seconds} s` : 'Try again'}
      {label !== undefined && <span className="sr-only"> {label}</span>}
    </button>
  );
}
