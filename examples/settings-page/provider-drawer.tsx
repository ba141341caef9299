import type { IntegrationName } from 'galileo-gateway/client';
import { type RefObject, useCallback, useEffect, useState } from 'react';
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
  readonly onReload: () => Promise<boolean>;
}

/** Everything about one provider. */
export function ProviderDrawer({ provider, navigation, drafts, onReload }: ProviderDrawerProps) {
  const { name, displayName, state } = provider;
  const { tab, open, close, leave, setGuard } = navigation;
  const { announce, confirm, dismiss } = useFeedback();
  const isNew = state.status === 'not-configured';
  const [isEditing, setIsEditing] = useState(drafts.current.has(name));
  const [isRemoving, setIsRemoving] = useState(false);
  /** What was entered before the stored settings were checked. */
  const [unconfirmed, setUnconfirmed] = useState<Draft>();
  useEffect(
    () => () => {
      setGuard(undefined);
      dismiss();
    },
    [setGuard, dismiss],
  );
  const forgetDraft = useCallback((): void => {
    drafts.current.delete(name);
    setUnconfirmed(undefined);
  }, [drafts, name]);

  const confirmDiscard = useCallback(async (): Promise<boolean> => {
    const isDiscarded = await confirm({
      title: 'Discard your changes?',
      body: <p>The changes to {displayName} are not saved.</p>,
      action: 'Discard changes',
      isDangerous: true,
    });
    if (isDiscarded) forgetDraft();
    return isDiscarded;
  }, [confirm, displayName, forgetDraft]);

  // The toast of a failed save shows the draft again, even if the drawer is open.
  useEffect(() => {
    if (!drafts.current.has(name)) return;
    // oxlint-disable-next-line react/set-state-in-effect -- A failed save must not open the form, only the toast's button.
    setIsEditing(true);
    setGuard(confirmDiscard);
  }, [navigation, drafts, name, setGuard, confirmDiscard]);

  const finish = (): void => {
    setGuard(undefined);
    forgetDraft();
    setIsEditing(false);
  };

  const showResult = (result: SaveResult, draft: Draft, isClosed: boolean): void => {
    const text = describeResult(displayName, isNew, result);
    if (result.kind === 'saved') {
      announce({ tone: 'good', text });
      // Another form can be open by then, with its own draft and guard.
      if (isClosed) drafts.current.delete(name);
      else finish();
      if (!result.isRead) void onReload();
    } else {
      drafts.current.set(name, draft);
      const action = { label: 'Open', run: () => open(name) };
      announce({ tone: 'bad', text, ...(isClosed && { action }) });
    }
  };

  const checkStored = async (): Promise<void> => {
    if (await onReload()) {
      setUnconfirmed(drafts.current.get(name));
      drafts.current.delete(name);
      setIsEditing(false);
      announce({
        tone: 'good',
        text: `This is what Galileo has stored for ${displayName} now. The form still has what you entered.`,
      });
    } else announce({ tone: 'bad', text: `${displayName} could not be loaded.` });
  };

  const hasMore = state.status === 'configured' && !isEditing;
  const configuration = (
    <Configuration
      provider={provider}
      isRemoving={isRemoving}
      onRemoving={setIsRemoving}
      onEdit={() => setIsEditing(true)}
      onReload={onReload}
    />
  );
  return (
    <Drawer
      onClose={close}
      successor={`tile-${name}`}
      title={
        <div className="drawer-title">
          <Monogram provider={provider} />
          <h2 id="drawer-title" tabIndex={-1} data-focus>
            {isEditing ? `${isNew ? 'Connect' : 'Edit'} ${displayName}` : displayName}
          </h2>
          {!isEditing && <StatusBadge provider={provider} />}
        </div>
      }
    >
      {isEditing ? (
        <ProviderForm
          provider={provider}
          kept={drafts.current.get(name) ?? unconfirmed}
          // The drawer can be closed during a save.
          onProgress={(progress) => setGuard(progress === 'changed' ? confirmDiscard : undefined)}
          onCancel={() => void leave().then((canLeave) => canLeave && finish())}
          onResult={showResult}
          onCheckStored={() => void checkStored()}
        />
      ) : hasMore ? (
        <Tabs tab={tab} onTab={(next) => open(name, next)}>
          {tab === 'configuration' && configuration}
          {tab === 'access' && <Access provider={provider} onReload={onReload} />}
          {tab === 'models' && <Models provider={provider} />}
          {tab === 'status' && <Status provider={provider} onReload={onReload} />}
        </Tabs>
      ) : (
        configuration
      )}
    </Drawer>
  );
}
