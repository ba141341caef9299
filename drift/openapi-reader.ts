import { unescape } from 'node:querystring';
import { isJsonObject, type JsonObject } from '../src/json.ts';

/** The meaning of a schema, independent of how it is written. Nested schemas are read on demand. */
export interface Shape {
  /** The name in `components.schemas`; undefined for an inline schema. */
  readonly name?: string | undefined;
  /** The types other than null; `any` if the schema does not restrict the type. */
  readonly kinds: ReadonlySet<string>;
  readonly isNullable: boolean;
  /** The enum values; values that are not strings are JSON. Undefined if other values are allowed. */
  readonly values?: ReadonlySet<string> | undefined;
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  /** The members of a union of objects by their discriminator values. */
  readonly members: ReadonlyMap<string, unknown>;
  readonly discriminator?: string | undefined;
  /** All other keywords by name, such as `format`, `items` and `maxLength`. */
  readonly keywords: JsonObject;
}

export interface Operation {
  /** Method and path, as the document writes them. */
  readonly label: string;
  readonly isDeprecated: boolean;
  /** The extension `x-galileo-surface`: `public-v2` or `client`. */
  readonly surface: unknown;
  /** The accepted credentials, named by their location in the request. Empty if no credential is required. */
  readonly credentials: ReadonlySet<string>;
  /** The name of a path parameter is its position, because its name in the document does not matter. */
  readonly parameters: readonly { name: string; location: string; isRequired: boolean; schema: unknown }[];
  /** The schemas of the request body, of a 2xx response and of a 422. */
  readonly content: Readonly<Record<'body' | 'response' | '422', unknown>>;
}

const kind = /^(string|integer|number|boolean|object|array|any)$/;
/** Properties that can distinguish the members of a union without a discriminator. */
const discriminators = ['provider', 'name'];

const empty: Shape = {
  kinds: new Set(),
  isNullable: false,
  properties: new Map(),
  required: new Set(),
  members: new Map(),
  keywords: {},
};

/** Reads an OpenAPI 3 document of any origin. Malformed parts are treated as absent. */
export class OpenApiReader {
  readonly #document: JsonObject;
  readonly #shapes = new Map<unknown, Shape>();

  constructor(document: JsonObject) {
    this.#document = document;
  }

  /** The operations by method and path. Path parameters have no names in the keys, because their names can differ. */
  getOperations(): ReadonlyMap<string, Operation> {
    const operations = new Map<string, Operation>();
    for (const [path, item] of Object.entries(toObject(this.#document['paths']))) {
      const pathItem = this.#resolve(item);
      for (const method of ['get', 'put', 'post', 'patch', 'delete']) {
        const operation = pathItem[method];
        if (!isJsonObject(operation)) continue;
        const label = `${method.toUpperCase()} ${path}`;
        const key = label.replace(/\{[^}]*\}/g, '{}').replace(/\/$/, '');
        operations.set(key, this.#readOperation(label, operation, toList(pathItem['parameters'])));
      }
    }
    return operations;
  }

  #readOperation(label: string, operation: JsonObject, shared: readonly unknown[]): Operation {
    const responses = Object.entries(toObject(operation['responses']));
    const find = (status: RegExp) => this.#readContent(responses.find(([key]) => status.test(key))?.[1]);
    let position = 0;
    return {
      label,
      isDeprecated: operation['deprecated'] === true,
      surface: operation['x-galileo-surface'],
      credentials: this.#readCredentials(toList(operation['security'] ?? this.#document['security'])),
      parameters: [...shared, ...toList(operation['parameters'])].map((parameter) => {
        const { in: location, required, schema, ...others } = this.#resolve(parameter);
        const name = location === 'path' ? ++position : others['name'];
        return { name: String(name), location: String(location), isRequired: required === true, schema };
      }),
      content: {
        body: this.#readContent(operation['requestBody']),
        response: find(/^2(\d\d|XX)$/i),
        422: find(/^422$/),
      },
    };
  }

  #readContent(holder: unknown): unknown {
    const content = Object.entries(toObject(this.#resolve(holder)['content']));
    const json = content.find(([type]) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type))?.[1];
    return toObject(json)['schema'];
  }

  #readCredentials(security: readonly unknown[]): ReadonlySet<string> {
    const schemes = toObject(toObject(this.#document['components'])['securitySchemes']);
    const toCredential = (name: string): string => {
      const { type, in: location, name: header, scheme } = this.#resolve(schemes[name]);
      if (type === 'apiKey') return `${String(location)} ${String(header)}`.toLowerCase();
      if (type === 'http') return `${String(scheme)} credential`.toLowerCase();
      return type === 'oauth2' || type === 'openIdConnect' ? 'bearer credential' : name;
    };
    const alternatives = security.map((alternative) => Object.keys(toObject(alternative)));
    if (alternatives.some((names) => names.length === 0)) return new Set();
    return new Set(alternatives.map((names) => names.map(toCredential).join(' and ')));
  }

  /** Follows references and merges `allOf`, `anyOf` and `oneOf`. */
  read(schema: unknown): Shape {
    const known = this.#shapes.get(schema);
    if (known !== undefined) return known;
    // While a schema is being read, a reference to itself has no effect.
    this.#shapes.set(schema, empty);
    const shape = this.#read(toObject(schema));
    this.#shapes.set(schema, shape);
    return shape;
  }

  #read(schema: JsonObject): Shape {
    const { $ref } = schema;
    const union = [...toList(schema['anyOf']), ...toList(schema['oneOf'])];
    const parts = [
      ...(typeof $ref === 'string' ? [{ ...this.read(this.#follow($ref)), name: toName($ref) }] : []),
      ...toList(schema['allOf']).map((part) => this.read(part)),
      ...(union.length > 0 ? [this.#readUnion(schema, union)] : []),
    ];
    const own = readOwn(schema);
    // A keyword next to a reference or a union, such as a default, does not restrict the type.
    const all = parts.length > 0 && own.kinds.has('any') ? parts : [own, ...parts];
    const [first = all[0] ?? empty, ...others] = all.filter((part) => !part.kinds.has('any'));
    return {
      ...first,
      isNullable:
        (first.isNullable && others.every((part) => part.isNullable)) || schema['nullable'] === true,
      values: all.map((part) => part.values).find((values) => values !== undefined),
      properties: new Map(all.flatMap((part) => [...part.properties])),
      required: new Set(all.flatMap((part) => [...part.required])),
      keywords: { ...joinKeywords(all), ...schema },
    };
  }

  #readUnion(schema: JsonObject, alternatives: readonly unknown[]): Shape {
    const shapes = alternatives.map((alternative) => this.read(alternative));
    const objects = alternatives.filter((_, index) => shapes[index]?.kinds.has('object'));
    const typed = shapes.filter((shape) => shape.kinds.size > 0);
    const [first = empty, ...others] = typed;
    const values = typed.flatMap((shape) => [...(shape.values ?? [])]);
    return {
      ...(others.length === 0 ? first : empty),
      kinds: new Set(typed.flatMap((shape) => [...shape.kinds])),
      isNullable: shapes.some((shape) => shape.isNullable),
      values: values.length > 0 && typed.every((shape) => shape.values) ? new Set(values) : undefined,
      properties: new Map(typed.flatMap((shape) => [...shape.properties])),
      required: new Set(
        [...first.required].filter((name) => others.every((shape) => shape.required.has(name))),
      ),
      keywords: joinKeywords(typed),
      ...(objects.length > 1 && this.#readMembers(schema, objects)),
    };
  }

  #readMembers(schema: JsonObject, objects: readonly unknown[]): Pick<Shape, 'members' | 'discriminator'> {
    const { propertyName, mapping } = toObject(schema['discriminator']);
    const mapped = Object.entries(toObject(mapping)).map(([value, target]): [string, unknown] => {
      if (typeof target !== 'string') return [value, target];
      return [value, { $ref: target.includes('/') ? target : `#/components/schemas/${target}` }];
    });
    if (mapped.length > 0) return { members: new Map(mapped), discriminator: String(propertyName) };
    for (const property of discriminators) {
      const members = objects.flatMap((object): [string, unknown][] => {
        const constant = this.read(this.read(object).properties.get(property)).values;
        return [...(constant ?? [])].map((value) => [value, object]);
      });
      if (members.length > 0) return { members: new Map(members), discriminator: property };
    }
    return { members: new Map(), discriminator: undefined };
  }

  /** Follows up to eight references in a row. A longer chain is treated as a loop. */
  #resolve(value: unknown, steps = 8): JsonObject {
    const { $ref } = toObject(value);
    if (typeof $ref !== 'string' || steps === 0) return toObject(value);
    return this.#resolve(this.#follow($ref), steps - 1);
  }

  /** A JSON pointer (RFC 6901) in a URI fragment. Undefined for any other reference. */
  #follow(reference: string): unknown {
    if (!reference.startsWith('#/')) return undefined;
    let value: unknown = this.#document;
    for (const part of reference.slice(2).split('/')) {
      const key = unescape(part).replaceAll('~1', '/').replaceAll('~0', '~');
      value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }
}

const joinKeywords = (shapes: readonly Shape[]): JsonObject =>
  Object.fromEntries(shapes.flatMap(({ keywords }) => Object.entries(keywords)));

/** The shape of a schema without its references, unions and `allOf`. */
function readOwn(schema: JsonObject): Shape {
  const types = typeof schema['type'] === 'string' ? [schema['type']] : toList(schema['type']);
  const values = 'const' in schema ? [schema['const']] : toList(schema['enum']);
  const given = types.length > 0 ? types : values.length > 0 ? values.map(toType) : [inferType(schema)];
  const nonNull = values.filter((value) => value !== null);
  return {
    ...empty,
    kinds: new Set(given.map(String).filter((type) => kind.test(type))),
    isNullable:
      given.includes('any') || (given.includes('null') && (values.length === 0 || values.includes(null))),
    values: nonNull.length > 0 ? new Set(nonNull.map(toText)) : undefined,
    properties: new Map(Object.entries(toObject(schema['properties']))),
    required: new Set(toList(schema['required']).map(String)),
    keywords: schema,
  };
}

function inferType(schema: JsonObject): string {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object';
  return 'items' in schema ? 'array' : 'any';
}

function toType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

// Unlike decodeURIComponent, `unescape` does not throw if a name should have been escaped.
const toName = (reference: string): string => unescape(reference.slice(reference.lastIndexOf('/') + 1));
const toObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
