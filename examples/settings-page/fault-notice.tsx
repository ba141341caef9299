import type { Fault } from './faults.ts';

/** A failure in full: what it is, what to do, and what to report. */
export function FaultNotice({ fault }: { readonly fault: Fault }) {
  return (
    <div className="notice" data-tone="bad">
      <p className="notice-title">{fault.title}</p>
      <p>{fault.advice}</p>
      <p className="fine">
        {fault.message}
        {fault.requestId !== undefined && (
          <>
            {' '}
            Request id <code>{fault.requestId}</code>
          </>
        )}
      </p>
    </div>
  );
}
