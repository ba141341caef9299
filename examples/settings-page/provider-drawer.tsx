import type { IntegrationName } from 'galileo-gateway/client';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Access } from './access.tsx';
import { Configuration } from './configuration.tsx';
import { Drawer, Tabs } from './drawer.tsx';
import { useFeedback } from './feedback.tsx';
import type { Draft } from './fields.ts';
import { describeResult, ProviderForm } from './form.tsx';
import { Models, Status } from './insights.tsx';
import type { Navigation } from './navigation.ts';
import type { Provider, SaveResult } from './providers.ts';
import { Monogram, StatusBadge } from './tile.tsx';

interface ProviderDrawerProps {
  readonly provider: Provider;
  readonly navigation: Navigation;
  /** Drafts of saves that failed after their form was closed. */
  readonly drafts: RefObject<Map<IntegrationName, Draft>>;
  readonly onReload: () => void;
}

/** Everything about one provider. */
export function ProviderDrawer({ provider, navigation, drafts, onReload }: ProviderDrawerProps) {
  const { name, displayName, state } = provider;
  const { tab, open, close, setGuard } = navigation;
  const { announce, confirm } = useFeedback();
  const [isEditing, setIsEditing] = useState(drafts.current.has(name));
  useEffect(() => () => setGuard(undefined), [setGuard]);

  const confirmDiscard = async (): Promise<boolean> => {
    const isDiscarded = await confirm({
      title: 'Discard your changes?',
      body: <p>The changes to {displayName} are not saved.</p>,
      action: 'Discard changes',
      isDangerous: true,
    });
    if (isDiscarded) drafts.current.delete(name);
    return isDiscarded;
  };

  const finish = (): void => {
    setGuard(undefined);
    drafts.current.delete(name);
    setIsEditing(false);
  };

  const showResult = (result: SaveResult, draft: Draft): void => {
    const isNew = state.status !== 'configured';
    const text = describeResult(displayName, isNew, result);
    if (result.kind === 'saved') {
      announce({ tone: 'good', text });
      finish();
      if (!result.isRead) onReload();
    } else {
      drafts.current.set(name, draft);
      announce({ tone: 'bad', text, action: { label: 'Open', run: () => open(name) } });
    }
  };

  const checkStored = (): void => {
    finish();
    onReload();
    announce({ tone: 'good', text: `This is what Galileo has stored for ${displayName} now.` });
  };

  const hasMore = state.status === 'configured' && !isEditing;
  const edited = isEditing && state.status !== 'failed';
  // When the form closes, its focus would be lost.
  const heading = useRef<HTMLHeadingElement>(null);
  const wasEdited = useRef(edited);
  useEffect(() => {
    if (wasEdited.current && !edited) heading.current?.focus();
    wasEdited.current = edited;
  }, [edited]);
  return (
    <Drawer
      onClose={close}
      title={
        <div className="drawer-title">
          <Monogram provider={provider} />
          <h2 id="drawer-title" ref={heading} tabIndex={-1}>
            {edited
              ? state.status === 'configured'
                ? `Edit ${displayName}`
                : `Connect ${displayName}`
              : displayName}
          </h2>
          {!edited && <StatusBadge provider={provider} />}
        </div>
      }
    >
      {edited ? (
        <ProviderForm
          provider={provider}
          kept={drafts.current.get(name)}
          onDirty={(isDirty) => setGuard(isDirty ? confirmDiscard : undefined)}
          onCancel={finish}
          onResult={showResult}
          onCheckStored={checkStored}
        />
      ) : hasMore ? (
        <Tabs tab={tab} onTab={(next) => open(name, next)}>
          {tab === 'configuration' && (
            <Configuration provider={provider} onEdit={() => setIsEditing(true)} onReload={onReload} />
          )}
          {tab === 'access' && <Access provider={provider} />}
          {tab === 'models' && <Models provider={provider} />}
          {tab === 'status' && <Status provider={provider} />}
        </Tabs>
      ) : (
        <Configuration provider={provider} onEdit={() => setIsEditing(true)} onReload={onReload} />
      )}
    </Drawer>
  );
}
