import { isJsonObject } from '../src/json.ts';

/** What a JSON value can be that is not null; `any` where a schema says nothing of it. */
export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'any';

type Json = Readonly<Record<string, unknown>>;

/** What a schema says of its values, however it spells it. The schemas in it are read when they are needed. */
export interface Shape {
  readonly kinds: ReadonlySet<Kind>;
  /** Whether it can be null; the kinds do not tell. */
  readonly isNullable: boolean;
  /** The texts that it can be, where it can be no other. */
  readonly words: readonly string[] | undefined;
  readonly format: string | undefined;
  readonly objects: readonly ObjectShape[];
  /** The schema of the items, where it can be a list. */
  readonly items: unknown;
  /** Undefined where there is none, or it is null: both are "nothing is filled in". */
  readonly default: unknown;
  readonly isDeprecated: boolean;
  /** Limits on its values, by their JSON Schema keywords. */
  readonly limits: ReadonlyMap<string, unknown>;
}

/** An object with named properties, or a map with free keys, or both. */
export interface ObjectShape {
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  /** The schema of what has a free key. */
  readonly values: unknown;
}

/** A way to prove who one is, named alike in every document. */
export type CredentialScheme = string;

/** One operation, as far as the gateway uses it. */
export interface Operation {
  readonly isDeprecated: boolean;
  /** The alternatives; undefined where no credential is asked for. */
  readonly credentials: readonly CredentialScheme[] | undefined;
  readonly parameters: readonly Parameter[];
  /** The schema of the JSON body; undefined where it takes none. */
  readonly body: unknown;
  /** The schema of a successful JSON answer; undefined where there is none. */
  readonly answer: unknown;
  /** The schema of a 422. */
  readonly refusal: unknown;
}

interface Parameter {
  readonly name: string;
  readonly location: string;
  readonly isRequired: boolean;
  readonly schema: unknown;
}

const limitKeywords = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
];

const nothing: Shape = {
  kinds: new Set(),
  isNullable: false,
  words: undefined,
  format: undefined,
  objects: [],
  items: undefined,
  default: undefined,
  isDeprecated: false,
  limits: new Map(),
};

/** Whether a JSON value is an OpenAPI 3 document: the one thing that a DocumentReader relies on. */
export const isOpenApiDocument = (value: unknown): value is Json =>
  isJsonObject(value) &&
  typeof value['openapi'] === 'string' &&
  value['openapi'].startsWith('3.') &&
  isJsonObject(value['paths']);

/** Reads an OpenAPI document of any origin: what is malformed in it counts as left out. */
export class DocumentReader {
  readonly #document: Json;
  readonly #shapes = new Map<unknown, Shape>();

  constructor(document: Json) {
    this.#document = document;
  }

  /** @param template the path; its parameters may have other names in the document */
  getOperation(method: string, template: string): Operation | undefined {
    const path = Object.entries(toJson(this.#document['paths'])).find(
      ([key]) => toAnonymous(key) === toAnonymous(template),
    )?.[1];
    const pathItem = this.#resolve(path);
    if (!isJsonObject(pathItem[method])) return undefined;
    const operation = pathItem[method];
    const responses = Object.entries(toJson(operation['responses']));
    const success = responses.find(([status]) => /^2\d\d$|^2XX$/i.test(status))?.[1];
    return {
      isDeprecated: operation['deprecated'] === true,
      credentials: this.#readCredentials(operation['security'] ?? this.#document['security']),
      parameters: [...toList(pathItem['parameters']), ...toList(operation['parameters'])].map((parameter) =>
        this.#readParameter(parameter),
      ),
      body: this.#readJsonContent(operation['requestBody']),
      answer: this.#readJsonContent(success),
      refusal: this.#readJsonContent(responses.find(([status]) => status === '422')?.[1]),
    };
  }

  /** References are followed, alternatives and `allOf` are put together. */
  read(schema: unknown): Shape {
    const known = this.#shapes.get(schema);
    if (known !== undefined) return known;
    // What leads back to itself adds nothing to what it can be.
    this.#shapes.set(schema, nothing);
    const shape = this.#read(toJson(schema));
    this.#shapes.set(schema, shape);
    return shape;
  }

  /**
   * The members of a union by the words of its discriminator: those of its mapping, else those that a member's own
   * discriminating property can be.
   */
  readMembers(union: unknown): { readonly property: string; readonly members: Map<string, ObjectShape> } {
    const schema = this.#resolve(union);
    const discriminator = toJson(schema['discriminator']);
    const property =
      typeof discriminator['propertyName'] === 'string' ? discriminator['propertyName'] : 'name';
    const members = new Map<string, ObjectShape>();
    for (const [word, target] of Object.entries(toJson(discriminator['mapping']))) {
      const [object] = this.read(toReference(target)).objects;
      if (object !== undefined) members.set(word, object);
    }
    if (members.size === 0) {
      for (const object of this.read(union).objects) {
        for (const word of this.read(object.properties.get(property)).words ?? []) members.set(word, object);
      }
    }
    return { property, members };
  }

  /** What the mapping of a union calls the schema of a word. Empty where it has none. */
  getMemberName(union: unknown, word: string): string {
    const mapping = toJson(toJson(this.#resolve(union)['discriminator'])['mapping']);
    const reference = toText(toJson(toReference(mapping[word]))['$ref']);
    return reference.slice(reference.lastIndexOf('/') + 1);
  }

  #read(schema: Json): Shape {
    const { $ref, ...beside } = schema;
    if (typeof $ref === 'string') {
      const target = this.read(this.#follow($ref));
      return withNotes(
        Object.keys(beside).length === 0 ? target : combine([target, this.#read(beside)]),
        beside,
      );
    }
    const alternatives = [schema['anyOf'], schema['oneOf']]
      .map(toList)
      .filter((list) => list.length > 0)
      .map((list) => unite(list.map((member) => this.read(member))));
    const parts = [
      readOwn(schema),
      ...alternatives,
      ...toList(schema['allOf']).map((part) => this.read(part)),
    ];
    return withNotes(combine(parts), schema);
  }

  #readParameter(parameter: unknown): Parameter {
    const { name, in: location, required, schema } = this.#resolve(parameter);
    return {
      name: typeof name === 'string' ? name : '',
      location: typeof location === 'string' ? location : '',
      isRequired: required === true,
      schema,
    };
  }

  #readJsonContent(holder: unknown): unknown {
    const content = Object.entries(toJson(this.#resolve(holder)['content']));
    const json = content.find(([type]) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type))?.[1];
    return json === undefined ? undefined : toJson(json)['schema'];
  }

  #readCredentials(security: unknown): readonly CredentialScheme[] | undefined {
    const alternatives = toList(security).map((alternative) => Object.keys(toJson(alternative)));
    if (alternatives.length === 0 || alternatives.some((schemes) => schemes.length === 0)) return undefined;
    return alternatives.map((schemes) => schemes.map((name) => this.#readScheme(name)).join(' and '));
  }

  #readScheme(name: string): CredentialScheme {
    const schemes = toJson(toJson(this.#document['components'])['securitySchemes']);
    const scheme = this.#resolve(Object.hasOwn(schemes, name) ? schemes[name] : undefined);
    switch (scheme['type']) {
      case 'apiKey':
        return `the ${toText(scheme['in'])} ${toText(scheme['name'])}`;
      case 'oauth2':
      case 'openIdConnect':
        return 'Authorization: Bearer';
      case 'http': {
        const word = toText(scheme['scheme']).toLowerCase();
        return `Authorization: ${word.charAt(0).toUpperCase()}${word.slice(1)}`;
      }
      default:
        return name;
    }
  }

  /** The object that a reference leads to. Nobody writes eight in a row: what has more leads back to itself. */
  #resolve(value: unknown, steps = 8): Json {
    const object = toJson(value);
    const { $ref } = object;
    return typeof $ref === 'string' && steps > 0 ? this.#resolve(this.#follow($ref), steps - 1) : object;
  }

  /** RFC 6901, in a URI fragment. Undefined where it leads nowhere, or out of the document. */
  #follow(reference: string): unknown {
    if (!reference.startsWith('#/')) return undefined;
    let value: unknown = this.#document;
    for (const part of reference.slice(2).split('/')) {
      const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
      value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }
}

/** A mapping's target: a reference as text or as an object, or the bare name of a schema. */
function toReference(target: unknown): unknown {
  if (typeof target !== 'string') return target;
  return { $ref: target.includes('/') ? target : `#/components/schemas/${target}` };
}

/** What a schema says itself, without what it refers to. */
function readOwn(schema: Json): Shape {
  const types = typeof schema['type'] === 'string' ? [schema['type']] : toList(schema['type']);
  const values = 'const' in schema ? [schema['const']] : toList(schema['enum']);
  const given = types.length > 0 ? types : values.length > 0 ? values.map(toType) : [inferType(schema)];
  const kinds = new Set(given.filter(isKind));
  const words = values.filter((value) => typeof value === 'string');
  const isNullable =
    schema['nullable'] === true || (given.includes('null') && (values.length === 0 || values.includes(null)));
  return {
    ...nothing,
    kinds,
    isNullable: isNullable || kinds.has('any'),
    words: values.length > 0 && kinds.has('string') ? words : undefined,
    format: typeof schema['format'] === 'string' ? schema['format'] : undefined,
    objects: kinds.has('object')
      ? [
          {
            properties: new Map(Object.entries(toJson(schema['properties']))),
            required: new Set(toList(schema['required']).filter((name) => typeof name === 'string')),
            values: schema['additionalProperties'],
          },
        ]
      : [],
    items: schema['items'],
    limits: new Map(
      limitKeywords.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]),
    ),
  };
}

function inferType(schema: Json): string {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object';
  return 'items' in schema ? 'array' : 'any';
}

function toType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const kinds: ReadonlySet<unknown> = new Set([
  'string',
  'integer',
  'number',
  'boolean',
  'object',
  'array',
  'any',
] satisfies Kind[]);
const isKind = (word: unknown): word is Kind => kinds.has(word);

/** What is one of several. */
function unite(shapes: readonly Shape[]): Shape {
  const texts = shapes.filter((shape) => shape.kinds.has('string'));
  const words = texts.map((shape) => shape.words);
  return {
    ...nothing,
    kinds: new Set(shapes.flatMap((shape) => [...shape.kinds])),
    isNullable: shapes.some((shape) => shape.isNullable),
    words:
      texts.length > 0 && words.every((list) => list !== undefined) ? [...new Set(words.flat())] : undefined,
    format: texts.map((shape) => shape.format).find((format) => format !== undefined),
    objects: shapes.flatMap((shape) => shape.objects),
    items: shapes.map((shape) => shape.items).find((items) => items !== undefined),
    limits: new Map(shapes.flatMap((shape) => [...shape.limits])),
    isDeprecated: shapes.some((shape) => shape.isDeprecated),
  };
}

/** What is all of several at once; one that says nothing of its values adds nothing. */
function combine(shapes: readonly Shape[]): Shape {
  const telling = shapes.filter((shape) => !shape.kinds.has('any'));
  const [first, ...others] = telling;
  if (first === undefined) return shapes[0] ?? nothing;
  if (others.length === 0) return first;
  return {
    ...first,
    // `nullable` may stand beside what it is meant for.
    isNullable: telling.every((shape) => shape.isNullable),
    words: telling.map((shape) => shape.words).find((words) => words !== undefined),
    format: telling.map((shape) => shape.format).find((format) => format !== undefined),
    objects: telling.every((shape) => shape.objects.length <= 1)
      ? mergeObjects(telling.flatMap((shape) => shape.objects))
      : telling.flatMap((shape) => shape.objects),
    items: telling.map((shape) => shape.items).find((items) => items !== undefined),
    limits: new Map(telling.flatMap((shape) => [...shape.limits])),
  };
}

function mergeObjects(objects: readonly ObjectShape[]): readonly ObjectShape[] {
  if (objects.length < 2) return objects;
  return [
    {
      properties: new Map(objects.flatMap((object) => [...object.properties])),
      required: new Set(objects.flatMap((object) => [...object.required])),
      values: objects.map((object) => object.values).find((values) => values !== undefined),
    },
  ];
}

function withNotes(shape: Shape, schema: Json): Shape {
  return {
    ...shape,
    isNullable: shape.isNullable || schema['nullable'] === true,
    default: schema['default'] ?? shape.default,
    isDeprecated: shape.isDeprecated || schema['deprecated'] === true,
  };
}

const toAnonymous = (path: string): string => path.replace(/\{[^}]*\}/g, '{}').replace(/\/$/, '');
const toJson = (value: unknown): Json => (isJsonObject(value) ? value : {});
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
