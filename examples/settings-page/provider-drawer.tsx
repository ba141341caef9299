import { useEffect, useRef, useState } from 'react';
import { CustomForm } from './custom-form.tsx';
import { Details } from './details.tsx';
import { Drawer } from './drawer.tsx';
import { FaultNotice } from './fault-notice.tsx';
import type { CustomIntegration, Gateway, Provider, ProviderState } from './providers.ts';
import { Monogram, StatusBadge } from './tile.tsx';

interface ProviderDrawerProps {
  readonly provider: Provider;
  readonly gateway: Gateway;
  /** The drawer has closed. */
  readonly onClosed: () => void;
  /** Stored; the state is undefined where it could not be read back. */
  readonly onSaved: (state: ProviderState | undefined) => void;
  /** What is stored has to be looked at anew. */
  readonly onReload: () => void;
}

/** One provider in full; the custom one with its form. */
export function ProviderDrawer({ provider, gateway, onClosed, onSaved, onReload }: ProviderDrawerProps) {
  const { name, displayName, state } = provider;
  const [isEditing, setIsEditing] = useState(false);
  const editButton = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) editButton.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  const title = (
    <div className="drawer-title">
      <Monogram displayName={displayName} />
      <h2 id="drawer-title">{isEditing ? `Edit ${displayName}` : displayName}</h2>
      {!isEditing && <StatusBadge status={state.status} />}
    </div>
  );
  return (
    <Drawer title={title} onClosed={onClosed}>
      {(close) =>
        isEditing ? (
          <CustomForm
            current={getCustom(state)}
            gateway={gateway}
            onCancel={() => setIsEditing(false)}
            onSaved={(saved) => {
              close();
              onSaved(saved);
            }}
            onReload={() => {
              close();
              onReload();
            }}
          />
        ) : (
          <div className="drawer-body">
            <StateInFull state={state} />
            {name === 'CUSTOM' && state.status !== 'failed' && (
              <div className="drawer-foot">
                <button type="button" className="primary" ref={editButton} onClick={() => setIsEditing(true)}>
                  {state.status === 'configured' ? 'Edit' : 'Set up'}
                </button>
              </div>
            )}
          </div>
        )
      }
    </Drawer>
  );
}

function getCustom(state: ProviderState): CustomIntegration | undefined {
  if (state.status !== 'configured') return undefined;
  return state.integration.__typename === 'CustomIntegration' ? state.integration : undefined;
}

function StateInFull({ state }: { readonly state: ProviderState }) {
  switch (state.status) {
    case 'configured':
      return (
        <>
          {state.faults.length > 0 && (
            <p className="notice">Some of it could not be read, and is shown as not set.</p>
          )}
          <Details integration={state.integration} />
        </>
      );
    case 'not-configured':
      return <p className="notice">Galileo has no settings for this provider.</p>;
    case 'failed':
      return <FaultNotice fault={state.fault} />;
  }
}
