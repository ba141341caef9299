import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Icon } from './icon.tsx';

export interface Toast {
  readonly tone: 'good' | 'bad';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Question {
  readonly title: string;
  readonly body: ReactNode;
  readonly action: string;
  readonly isDangerous?: boolean;
  /** The user has to type this before the action is possible. */
  readonly typed?: string;
}

interface Feedback {
  readonly toast: Toast | undefined;
  /** Shows a message and announces it to screen readers, even if a dialog is open. */
  readonly announce: (toast: Toast | undefined) => void;
  /** Asks in a dialog. Resolves to false if the user cancels. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Cancels the open question, if there is one. */
  readonly dismiss: () => void;
  /** The number of placeholders that are shown. */
  readonly loads: number;
  readonly setLoads: (update: (loads: number) => number) => void;
}

const Context = createContext<Feedback | undefined>(undefined);

export function useFeedback(): Feedback {
  const feedback = useContext(Context);
  if (feedback === undefined) throw new Error('useFeedback needs a FeedbackProvider.');
  return feedback;
}

interface Asked extends Question {
  readonly answer: (isConfirmed: boolean) => void;
}

export function FeedbackProvider({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<Toast>();
  const [asked, setAsked] = useState<Asked>();
  const [loads, setLoads] = useState(0);
  useEffect(() => {
    if (toast?.tone !== 'good') return undefined;
    const timer = setTimeout(() => setToast(undefined), 6000);
    return () => clearTimeout(timer);
  }, [toast]);
  const open = useRef<Asked>(undefined);
  const confirm = useCallback(
    (question: Question) =>
      new Promise<boolean>((resolve) => {
        open.current?.answer(false);
        const answer = (isConfirmed: boolean): void => {
          open.current = undefined;
          setAsked(undefined);
          resolve(isConfirmed);
        };
        open.current = { ...question, answer };
        setAsked(open.current);
      }),
    [],
  );
  const dismiss = useCallback(() => open.current?.answer(false), []);
  const feedback = useMemo(
    () => ({ toast, announce: setToast, confirm, dismiss, loads, setLoads }),
    [toast, confirm, dismiss, loads],
  );
  return (
    <Context value={feedback}>
      {children}
      {asked !== undefined && <ConfirmDialog key={asked.title} {...asked} />}
    </Context>
  );
}

/** In place of what is being loaded. `Toaster` announces it: a live region must exist before it has content. */
export function Loading() {
  const { setLoads } = useFeedback();
  useEffect(() => {
    setLoads((loads) => loads + 1);
    return () => setLoads((loads) => loads - 1);
  }, [setLoads]);
  return <div className="line-skeletons" aria-hidden="true" />;
}

/** The live regions. A modal dialog needs separate ones, because everything outside of it is inert. */
export function Toaster() {
  const { toast, announce, loads } = useFeedback();
  return (
    <>
      <p className="sr-only" role="status">
        {loads > 0 && 'Loading…'}
      </p>
      <div className="toaster" role="status">
        {toast !== undefined && (
          <div className="toast" data-tone={toast.tone}>
            <Icon name={toast.tone === 'good' ? 'check' : 'alert'} />
            <span>{toast.text}</span>
            {toast.action !== undefined && (
              <button
                type="button"
                className="quiet"
                onClick={() => {
                  announce(undefined);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </button>
            )}
            <button
              type="button"
              className="quiet icon-button"
              aria-label="Dismiss"
              onClick={() => announce(undefined)}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </>
  );
}

function ConfirmDialog({ title, body, action, isDangerous = false, typed, answer }: Asked) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const isReady = typed === undefined || text.trim().toLowerCase() === typed.toLowerCase();
  return (
    <dialog
      ref={dialog}
      className="confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-body"
      onCancel={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
      onClose={() => answer(false)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) answer(true);
        }}
      >
        <h2 id="confirm-title">{title}</h2>
        <div id="confirm-body">{body}</div>
        {typed !== undefined && (
          <div className="field">
            <label htmlFor="confirm-typed">Type “{typed}” to confirm</label>
            <input
              id="confirm-typed"
              value={text}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
        )}
        <div className="buttons">
          <button type="button" className="secondary" onClick={() => answer(false)}>
            Cancel
          </button>
          <button type="submit" className={isDangerous ? 'danger' : 'primary'} disabled={!isReady}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
