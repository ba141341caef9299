import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type ObjectFieldNode,
  type ValueNode,
  visit,
} from 'graphql';
import { isJsonObject } from '../json.ts';

/** Whether `extensions.secret` declares that the value of an input field, or of each of its entries, is secret. */
export const isSecretField = ({ extensions }: GraphQLInputField): boolean => extensions['secret'] === true;

export interface DocumentSecrets {
  readonly literals: readonly string[];
  /** Variables that are the value of a secret field, or a part of it. */
  readonly variables: readonly string[];
}

/**
 * Finds the values of secret input fields by the names of the fields. In rejected documents and variables, secrets
 * can be in positions without a type.
 */
export class SecretInputs {
  readonly #names = new Set<string>();
  /** Names of fields inside a secret value that are not secret: `key` of an entry, `roleArn` of an AWS token. */
  readonly #publicNames = new Set(entryNames);

  constructor(schema: GraphQLSchema) {
    const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
      isInputObjectType(type) ? Object.values(type.getFields()) : [],
    );
    for (const field of fields) if (isSecretField(field)) this.#names.add(field.name);
    for (const field of fields) {
      // The AWS field `token` is not secret as a whole, although other providers have a secret field `token`.
      const type = getNamedType(field.type);
      if (isSecretField(field) || !this.#names.has(field.name) || !isInputObjectType(type)) continue;
      for (const inner of Object.values(type.getFields()))
        if (!isSecretField(inner)) this.#publicNames.add(inner.name);
    }
  }

  /** The values of secret fields in variables of any form. */
  findInVariables(variables: unknown): string[] {
    const secrets: string[] = [];
    // Not recursive, because the depth of variables has no limit here.
    const pending = [variables];
    while (pending.length > 0) {
      const value = pending.pop();
      if (typeof value !== 'object' || value === null) continue;
      // Items have no names, and `Object.entries` is slow for long arrays.
      if (Array.isArray(value)) {
        for (const inner of value as unknown[]) if (typeof inner === 'object') pending.push(inner);
        continue;
      }
      for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
        if (this.#names.has(name)) this.collect(inner, secrets);
        else if (typeof inner === 'object') pending.push(inner);
      }
    }
    return secrets;
  }

  findInDocument(document: DocumentNode): DocumentSecrets {
    const literals: string[] = [];
    const variables: string[] = [];
    const collect = (value: ValueNode): void => {
      if (value.kind === Kind.VARIABLE) variables.push(value.name.value);
      else if (value.kind === Kind.LIST) value.values.forEach(collect);
      else if (value.kind === Kind.OBJECT) {
        for (const field of value.fields) if (!this.#publicNames.has(field.name.value)) collect(field.value);
      } else if ('value' in value && typeof value.value === 'string') literals.push(value.value);
    };
    const collectNamed = ({ name, value }: ObjectFieldNode | ArgumentNode) => {
      if (!this.#names.has(name.value)) return undefined;
      collect(value);
      return false;
    };
    // In a document that is not valid, a secret can be an argument.
    visit(document, { ObjectField: collectNamed, Argument: collectNamed });
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
        if (defaultValue !== undefined && variables.includes(variable.name.value)) collect(defaultValue);
      }
    }
    return { literals, variables };
  }

  /** Adds the strings and numbers of a secret value of any form, without those of fields that are not secret. */
  collect(secretValue: unknown, secrets: string[]): void {
    collectSecrets(secretValue, secrets, this.#publicNames);
  }
}

/** The key of an entry is not secret, only its value. */
const entryNames: ReadonlySet<string> = new Set(['key']);

/**
 * Adds the strings and numbers of a secret value of any form.
 *
 * @param publicNames of fields in it that are not secret
 */
export function collectSecrets(secretValue: unknown, secrets: string[], publicNames = entryNames): void {
  const pending = [secretValue];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string' || typeof value === 'number') secrets.push(String(value));
    else if (Array.isArray(value)) for (const inner of value as unknown[]) pending.push(inner);
    else if (isJsonObject(value)) {
      for (const [name, inner] of Object.entries(value)) if (!publicNames.has(name)) pending.push(inner);
    }
  }
}

/** Each string in a document or JSON that cannot be parsed; of a block string, each line. */
export function* findStrings(text: string): Generator<string> {
  for (const [, block, line = ''] of text.matchAll(/"""((?:[^"]|"(?!""))+)|"((?:[^"\\\r\n]|\\.)+)/g)) {
    if (block === undefined) yield line;
    else for (const each of block.split(/[\r\n]+/)) yield each.trim();
  }
}
