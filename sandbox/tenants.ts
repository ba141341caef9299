import { randomUUID } from 'node:crypto';
import type {
  CustomIntegration,
  CustomIntegrationCreate,
  IntegrationDb,
  operations,
} from '../src/upstream/generated/galileo.ts';
import type { IntegrationName } from '../src/upstream/wire.ts';
import { seededIntegrations } from './seed.ts';

type Integration =
  operations['get_integration_v2_integrations__name__get']['responses'][200]['content']['application/json'];

/** When every seeded integration was made, in microseconds since 1970. */
const seededAtUs = Date.UTC(2025, 5, 17, 8, 41, 23) * 1000 + 517_204;

/** What one credential sees: its own integrations, under ids of its own. */
export class Tenant {
  readonly #userId = randomUUID();
  readonly #customId = randomUUID();
  readonly #integrations: Map<IntegrationName, Integration>;
  #customUpdatedAtUs = seededAtUs;

  constructor() {
    this.#integrations = new Map(
      Object.values(seededIntegrations).map((seed) => [seed.provider, { ...seed, id: randomUUID() }]),
    );
    this.#integrations.set('custom', { ...seededIntegrations.custom, id: this.#customId });
  }

  /** Undefined where that provider is not configured. */
  getIntegration(name: IntegrationName): Integration | undefined {
    return this.#integrations.get(name);
  }

  /**
   * Replaces the custom integration, except for what the body has no word for: `id`, `extra` and the time it was made.
   * The secrets are not even kept, since no answer may have them.
   */
  putCustom(body: Required<CustomIntegrationCreate>): IntegrationDb {
    const custom: Required<CustomIntegration> = {
      multi_modal_config: body.multi_modal_config,
      authentication_type: body.authentication_type,
      models: body.models,
      model_properties: body.model_properties,
      is_legacy_format: body.models !== null && body.model_properties === null,
      default_model: body.default_model,
      base_url: body.endpoint,
      authentication_scope: body.authentication_scope,
      oauth2_token_url: body.oauth2_token_url,
      api_key_header: body.api_key_header,
      api_key_value: null,
      custom_llm_config: body.custom_llm_config,
      custom_header_mapping: body.custom_header_mapping,
      headers: null,
      id: this.#customId,
      name: 'custom',
      provider: 'custom',
      extra: seededIntegrations.custom.extra,
    };
    this.#integrations.set('custom', custom);
    // Two updates within the clock's resolution still differ.
    const nowUs = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    this.#customUpdatedAtUs = Math.max(nowUs, this.#customUpdatedAtUs + 1);
    return {
      id: this.#customId,
      permissions: [
        { action: 'update', allowed: true, message: null },
        { action: 'delete', allowed: true, message: null },
        { action: 'share', allowed: false, message: 'Only an organization admin can share an integration.' },
      ],
      name: 'custom',
      provider: 'custom',
      created_at: toDatetime(seededAtUs),
      updated_at: toDatetime(this.#customUpdatedAtUs),
      created_by: this.#userId,
      is_selected: false,
      is_disabled: false,
    };
  }
}

/** Tenants by credential. They live as long as the sandbox and are never given up. */
export class Tenants {
  readonly #tenants = new Map<string, Tenant>();

  /** The tenant of that credential, seeded when it is first asked for. */
  get(credential: string): Tenant {
    const known = this.#tenants.get(credential);
    if (known !== undefined) return known;
    const tenant = new Tenant();
    this.#tenants.set(credential, tenant);
    return tenant;
  }
}

/** As upstream writes a time: in UTC, with microseconds, without an offset. */
function toDatetime(timeUs: number): string {
  const seconds = new Date(timeUs / 1000).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${seconds}.${String(timeUs % 1_000_000).padStart(6, '0')}`;
}
