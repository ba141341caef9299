import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ProviderName } from '../src/upstream/api-types.ts';
import type {
  GroupCollaborator,
  IntegrationDb,
  Permission,
  UserCollaborator,
} from '../src/upstream/generated/galileo.ts';
import { HttpError, throwNotFound } from './http-error.ts';
import { seededGroups, seededIntegrations, seededUsers, sharedAzure } from './seed.ts';

/** The creation time of every seeded integration, in microseconds since 1970. */
const seededAtUs = Date.UTC(2025, 5, 17, 8, 41, 23) * 1000 + 517_204;

/** Memory for the written data of all tenants, in characters. The least recently used tenants are dropped beyond it. */
const maxTotalLength = 32 * 1024 * 1024;
/** Memory for the written data of one tenant, in characters. */
const maxTenantLength = 8 * 1024 * 1024;
/** A generous estimate for the ids, names, e-mail address and permissions of one collaborator, in characters. */
const collaboratorLength = 500;
const maxTenants = 1000;

type Collaborator = UserCollaborator | GroupCollaborator;

/** An integration of a tenant: its record, its settings and its collaborators. */
export interface StoredIntegration {
  readonly record: IntegrationDb;
  /**
   * The response of `GET /v2/integrations/{name}` without `id`, `name` and `provider`, as JSON: a string has a known
   * size and cannot be changed.
   */
  settings: string;
  /** False for an integration that another user shared. */
  readonly isOwn: boolean;
  readonly users: Map<string, UserCollaborator>;
  readonly groups: Map<string, GroupCollaborator>;
}

/** The data of one credential. */
export class Tenant {
  readonly #userId = randomUUID();
  readonly #integrations: StoredIntegration[] = [];
  readonly #isReadOnly: boolean;
  #lastUpdateUs = seededAtUs;

  constructor(options: { readonly isEmpty: boolean; readonly isReadOnly: boolean }) {
    this.#isReadOnly = options.isReadOnly;
    if (options.isEmpty) return;
    for (const [name, seed] of Object.entries(seededIntegrations))
      this.#add(name as ProviderName, JSON.stringify(seed), seededAtUs);
    this.#add('azure', JSON.stringify(sharedAzure), seededAtUs, false);
    const openai = this.get('openai');
    for (const { user, role } of seededUsers) {
      openai.users.set(user.user_id, { ...this.#createCollaborator(role, seededAtUs), ...user });
    }
    for (const { group, role } of seededGroups) {
      openai.groups.set(group.group_id, { ...this.#createCollaborator(role, seededAtUs), ...group });
    }
  }

  get integrations(): readonly StoredIntegration[] {
    return this.#integrations;
  }

  /** The size of everything that this tenant has written, in characters. */
  get length(): number {
    return this.#integrations.reduce(
      (sum, { settings, users, groups }) =>
        sum + settings.length + collaboratorLength * (users.size + groups.size),
      0,
    );
  }

  /** The integration that reads return: the selected one. */
  find(name: ProviderName): StoredIntegration | undefined {
    return this.#integrations.find(({ record }) => record.provider === name && record.is_selected);
  }

  /** Like `find`, but throws a 404. */
  get(name: ProviderName): StoredIntegration {
    return this.find(name) ?? throwNotFound(`Integration ${name}`);
  }

  /** The integration that is not shared by another user. */
  findOwn(name: ProviderName): StoredIntegration | undefined {
    return this.#integrations.find(({ record, isOwn }) => isOwn && record.provider === name);
  }

  /** Throws a 404 if the integration does not exist. */
  getById(id: string): StoredIntegration {
    return this.#integrations.find(({ record }) => record.id === id) ?? throwNotFound(`Integration ${id}`);
  }

  /** Creates or replaces the tenant's own integration, and selects it. */
  put(name: ProviderName, settings: string): IntegrationDb {
    const known = this.findOwn(name);
    this.#checkRoom(settings.length - (known?.settings.length ?? 0));
    const writtenAtUs = this.#tick();
    const own = known ?? this.#add(name, settings, writtenAtUs);
    own.settings = settings;
    own.record.updated_at = toDatetime(writtenAtUs);
    return this.select(own.record.id);
  }

  /** Deletes the tenant's own integration. Throws a 404 if there is none. */
  delete(name: ProviderName): void {
    const own = this.findOwn(name) ?? throwNotFound(`Integration ${name}`);
    this.#integrations.splice(this.#integrations.indexOf(own), 1);
  }

  /** Selects the integration for its provider. Throws a 404 if it does not exist. */
  select(id: string): IntegrationDb {
    const selected = this.getById(id);
    for (const { record } of this.#integrations) {
      if (record.provider === selected.record.provider) record.is_selected = record.id === id;
    }
    return selected.record;
  }

  /** Adds a collaborator, or changes the role of an existing one. */
  share<Kind extends Collaborator>(
    collaborators: Map<string, Kind>,
    id: string,
    role: Kind['role'],
    create: (base: Pick<Collaborator, 'id' | 'permissions' | 'role' | 'created_at'>) => Kind,
  ): Kind {
    const known = collaborators.get(id);
    if (known !== undefined) {
      known.role = role;
      return known;
    }
    this.#checkRoom(collaboratorLength);
    const created = create(this.#createCollaborator(role, this.#tick()));
    collaborators.set(id, created);
    return created;
  }

  #add(name: ProviderName, settings: string, createdAtUs: number, isOwn = true): StoredIntegration {
    const createdAt = toDatetime(createdAtUs);
    const canChange = isOwn && !this.#isReadOnly;
    const stored: StoredIntegration = {
      record: {
        id: randomUUID(),
        permissions: [
          toPermission('update', canChange),
          toPermission('delete', canChange),
          toPermission('share', canChange),
          { action: 'read_secrets', allowed: false, message: 'Secrets are never returned.' },
        ],
        name,
        provider: name,
        created_at: createdAt,
        updated_at: createdAt,
        created_by: isOwn ? this.#userId : randomUUID(),
        is_selected: isOwn,
        is_disabled: false,
      },
      settings,
      isOwn,
      users: new Map(),
      groups: new Map(),
    };
    this.#integrations.push(stored);
    return stored;
  }

  #createCollaborator<Role extends Collaborator['role']>(role: Role, createdAtUs: number) {
    return {
      id: randomUUID(),
      permissions: [toPermission('update', !this.#isReadOnly), toPermission('delete', !this.#isReadOnly)],
      role,
      created_at: toDatetime(createdAtUs),
    };
  }

  #checkRoom(addedLength: number): void {
    if (this.length + addedLength > maxTenantLength)
      throw new HttpError(413, 'This sandbox tenant has reached its storage limit. Use another key.');
  }

  /** The current time. Always later than the previous result, even within the resolution of the clock. */
  #tick(): number {
    const nowUs = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    this.#lastUpdateUs = Math.max(nowUs, this.#lastUpdateUs + 1);
    return this.#lastUpdateUs;
  }
}

/** Tenants by credential, limited in number and total size. Drops the least recently used ones. */
export class Tenants {
  readonly #tenants = new LRUCache<string, Tenant>({ max: maxTenants, maxSize: maxTotalLength });

  /** The tenant of a credential, seeded on its first request. */
  get(key: string, options: ConstructorParameters<typeof Tenant>[0]): Tenant {
    const known = this.#tenants.get(key);
    if (known !== undefined) return known;
    const tenant = new Tenant(options);
    this.#tenants.set(key, tenant, { size: tenant.length + 1 });
    return tenant;
  }

  /** Must be called after a write. */
  updateSize(key: string, tenant: Tenant): void {
    if (this.#tenants.peek(key) !== tenant) return;
    // For an unchanged value, the cache would keep the old size.
    this.#tenants.delete(key);
    this.#tenants.set(key, tenant, { size: tenant.length + 1 });
  }
}

function toPermission(action: Permission['action'], allowed: boolean): Permission {
  return { action, allowed, message: allowed ? null : 'You are not allowed to change this integration.' };
}

/** In UTC with microseconds, as upstream writes it. */
function toDatetime(timeUs: number): string {
  const seconds = new Date(timeUs / 1000).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${seconds}.${String(timeUs % 1_000_000).padStart(6, '0')}Z`;
}
