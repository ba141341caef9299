import type { Integration } from './providers.ts';
import { formatBytes, formatHost, words } from './words.ts';

type TypeName = Integration['__typename'];
type ByType = { [Type in TypeName]: Extract<Integration, { __typename: Type }> };
type Entry = { readonly key: string; readonly value: string };
type Value = string | readonly string[] | readonly Entry[] | null;
type Row = readonly [label: string, value: Value];

interface Description {
  /** The one thing that tells this integration from others of its kind. */
  readonly summary: string;
  readonly rows: readonly Row[];
}

/** What there is to say about each type; the compiler asks for a line when the schema has one more. */
const descriptions: { readonly [Type in TypeName]: (integration: ByType[Type]) => Description } = {
  AnthropicIntegration: (integration) => ({
    summary: formatHost(integration.endpoint) ?? 'Anthropic’s own API',
    rows: [
      ['Endpoint', integration.endpoint],
      ['Authentication', words[integration.authenticationType]],
      ['OAuth 2 token URL', integration.oauth2TokenUrl],
      ['OAuth 2 scope', integration.authenticationScope],
      ['Header mapping', integration.customHeaderMapping],
      ...toFileRows(integration.multiModalConfig),
    ],
  }),
  AwsBedrockIntegration: (integration) => ({
    summary: integration.region,
    rows: [
      ['Region', integration.region],
      ['Credentials', words[integration.credentialType]],
      ['Inference profiles', integration.inferenceProfiles],
      ...toFileRows(integration.multiModalConfig),
    ],
  }),
  AwsSageMakerIntegration: (integration) => ({
    summary: `${integration.region} · ${toCount(integration.models.length, 'model')}`,
    rows: [
      ['Region', integration.region],
      ['Credentials', words[integration.credentialType]],
      ['Models', integration.models.map(({ alias }) => alias)],
      ...toFileRows(integration.multiModalConfig),
    ],
  }),
  AzureIntegration: (integration) => ({
    summary: formatHost(integration.endpoint) ?? integration.apiVersion,
    rows: [
      ['Endpoint', integration.endpoint],
      ['API version', integration.apiVersion],
      ['Authentication', words[integration.authenticationType]],
      ['OAuth 2 token URL', integration.oauth2TokenUrl],
      ['OAuth 2 scope', integration.authenticationScope],
      ['Deployment', integration.azureDeployment],
      ['Deployments', integration.deployments],
      [
        'Available deployments',
        (integration.availableDeployments ?? []).map(({ id, model }) => ({ key: id, value: model })),
      ],
      ['Default headers', integration.defaultHeaders],
      ['Header mapping', integration.customHeaderMapping],
      ['Through a proxy', integration.proxy ? 'Yes' : 'No'],
      ...toFileRows(integration.multiModalConfig),
    ],
  }),
  CustomIntegration: (integration) => ({
    summary: formatHost(integration.baseUrl) ?? integration.baseUrl,
    rows: [
      ['Endpoint', integration.baseUrl],
      ['Authentication', words[integration.authenticationType]],
      ['API key header', integration.apiKeyHeader],
      ['OAuth 2 token URL', integration.oauth2TokenUrl],
      ['OAuth 2 scope', integration.authenticationScope],
      [
        'Models',
        (integration.modelProperties ?? []).map(({ name, alias }) => ({ key: name, value: alias ?? name })),
      ],
      ['Default model', integration.defaultModel],
      ['Header mapping', integration.customHeaderMapping],
      [
        'Handler',
        integration.customLlmConfig &&
          `${integration.customLlmConfig.className} in ${integration.customLlmConfig.fileName}`,
      ],
      ...toFileRows(integration.multiModalConfig),
    ],
  }),
  DatabricksIntegration: () => plain,
  MistralIntegration: () => plain,
  NvidiaIntegration: () => plain,
  OpenAIIntegration: ({ organizationId }) => ({
    summary: organizationId ?? plain.summary,
    rows: [['Organization', organizationId]],
  }),
  VegasGatewayIntegration: () => plain,
  VertexAIIntegration: ({ gcsConfig, multiModalConfig }) => ({
    summary: gcsConfig?.bucketName ?? plain.summary,
    rows: [
      ['Bucket', gcsConfig?.bucketName ?? null],
      ['Object prefix', gcsConfig?.objectPathPrefix ?? null],
      ...toFileRows(multiModalConfig),
    ],
  }),
  WriterIntegration: ({ organizationId }) => ({
    summary: organizationId ?? plain.summary,
    rows: [['Organization', organizationId]],
  }),
};

const plain: Description = { summary: 'Ready to use', rows: [] };

function toFileRows(limits: ByType['VertexAIIntegration']['multiModalConfig']): Row[] {
  if (limits === null) return [];
  const { maxFiles, maxFileSizeBytes } = limits;
  return [
    ['Files per call', maxFiles === null ? null : `At most ${maxFiles.toLocaleString('en')}`],
    ['Size per file', maxFileSizeBytes === null ? null : `At most ${formatBytes(maxFileSizeBytes)}`],
  ];
}

const toCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function describe<Type extends TypeName>(type: Type, integration: ByType[Type]): Description {
  return descriptions[type](integration);
}

/** What a tile says of an integration, in a few words. */
export const getSummary = (integration: Integration): string =>
  describe(integration.__typename, integration).summary;

/** Everything that is known of one integration. */
export function Details({ integration }: { readonly integration: Integration }) {
  const { rows } = describe(integration.__typename, integration);
  const extra = Object.entries(integration.extra ?? {}).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const all: Row[] = [
    ...rows,
    ['Id', integration.id],
    ...(extra.length > 0 ? [['More', extra] as const] : []),
  ];
  return (
    <dl className="details">
      {all.map(([label, value]) => (
        <div key={label} className="details-row">
          <dt>{label}</dt>
          <dd>
            <DetailValue value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function DetailValue({ value }: { readonly value: Value }) {
  if (value === null || value.length === 0) return <span className="unset">Not set</span>;
  if (typeof value === 'string') return value;
  return (
    <ul className="values">
      {value.map((item) =>
        typeof item === 'string' ? (
          <li key={item}>{item}</li>
        ) : (
          <li key={item.key} className="entry">
            <code>{item.key}</code>
            <span>{item.value}</span>
          </li>
        ),
      )}
    </ul>
  );
}
