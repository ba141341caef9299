import { Kind, parse, print } from 'graphql';

/** Directives that hide something from clients or other subgraphs. */
const restrictions = [
  'inaccessible',
  'external',
  'interfaceObject',
  'authenticated',
  'requiresScopes',
  'policy',
];

/**
 * Finds changes between two SDLs of a subgraph that break composition or requests of routers. Returns a sentence for
 * each. `findBreakingChanges` finds changes that break clients.
 *
 * @param {string} before
 * @param {string} after
 * @returns {string[]}
 */
export function findCompositionChanges(before, after) {
  const old = readSubgraph(before);
  const now = readSubgraph(after);
  return [
    ...findLinkChanges(old, now),
    ...findLostKeys(old, now),
    ...findLostShares(old, now),
    ...findAddedRestrictions(old, now),
    ...findAddedShares(old, now),
    ...findAddedValues(old, now),
  ];
}

/** The version decides which composers and routers accept the subgraph. */
function findLinkChanges(old, now) {
  if (old.link === now.link) return [];
  return [`The federation specification changed from ${old.link} to ${now.link}.`];
}

/** Subgraphs use the keys of an entity to refer to it, and routers to fetch it. */
function* findLostKeys(old, now) {
  for (const [name, type] of old.types) {
    const current = now.types.get(name);
    if (current === undefined) continue;
    const keys = new Set(readKeys(current));
    for (const key of readKeys(type)) {
      if (!keys.has(key)) yield `${name} lost its @key(fields: "${key}").`;
    }
  }
}

/** A field that two subgraphs resolve must be shareable in both. */
function* findLostShares(old, now) {
  for (const [name, type] of old.types) {
    const current = now.types.get(name);
    for (const field of current === undefined ? [] : listShared(type)) {
      const currentField = listFields(current).find((candidate) => candidate.name.value === field.name.value);
      if (currentField !== undefined && !isShared(current, currentField)) {
        yield `${name}.${field.name.value} lost its @shareable.`;
      }
    }
  }
}

function* findAddedRestrictions(old, now) {
  for (const [coordinate, node] of now.nodes) {
    const previous = old.nodes.get(coordinate);
    if (previous === undefined) continue;
    for (const name of restrictions) {
      if (hasDirective(node, name) && !hasDirective(previous, name)) yield `${coordinate} gained @${name}.`;
    }
  }
}

/**
 * Other subgraphs that resolve the type cannot resolve its new field. Without a key, routers cannot fetch the field
 * here.
 */
function* findAddedShares(old, now) {
  for (const [name, type] of now.types) {
    const previous = old.types.get(name);
    if (previous === undefined || readKeys(type).length > 0 || listShared(previous).length === 0) continue;
    const known = new Set(listFields(previous).map((field) => field.name.value));
    for (const field of listFields(type)) {
      if (!known.has(field.name.value)) {
        yield `${name}.${field.name.value} was added to a shareable type without a @key: other subgraphs that resolve the type do not have it.`;
      }
    }
  }
}

/** All subgraphs must list the same values of an enum that is both an input and an output. */
function* findAddedValues(old, now) {
  for (const [name, type] of now.types) {
    const previous = old.types.get(name);
    if (type.kind !== Kind.ENUM_TYPE_DEFINITION || previous?.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    if (!now.inputs.has(name) || !now.outputs.has(name)) continue;
    const known = new Set(previous.values.map((value) => value.name.value));
    for (const value of type.values) {
      if (!known.has(value.name.value)) {
        yield `${name}.${value.name.value} was added to an enum that is both input and output: subgraphs that declare the enum must have the same values.`;
      }
    }
  }
}

/** The SDL by schema coordinates, and which types are inputs and outputs. */
function readSubgraph(sdl) {
  const subgraph = {
    link: undefined,
    types: new Map(),
    nodes: new Map(),
    inputs: new Set(),
    outputs: new Set(),
  };
  for (const definition of parse(sdl).definitions) {
    if (definition.kind === Kind.SCHEMA_EXTENSION || definition.kind === Kind.SCHEMA_DEFINITION) {
      subgraph.link ??= readLink(definition);
    } else if (definition.name !== undefined) {
      readType(definition, subgraph);
    }
  }
  return subgraph;
}

function readType(type, { types, nodes, inputs, outputs }) {
  const name = type.name.value;
  types.set(name, type);
  nodes.set(name, type);
  for (const value of type.values ?? []) nodes.set(`${name}.${value.name.value}`, value);
  const isInput = type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION;
  for (const field of listFields(type)) {
    const coordinate = `${name}.${field.name.value}`;
    nodes.set(coordinate, field);
    (isInput ? inputs : outputs).add(getTypeName(field.type));
    for (const argument of field.arguments ?? []) {
      nodes.set(`${coordinate}(${argument.name.value}:)`, argument);
      inputs.add(getTypeName(argument.type));
    }
  }
}

const listFields = (type) => type.fields ?? [];
const listShared = (type) => listFields(type).filter((field) => isShared(type, field));
const isShared = (type, field) => hasDirective(type, 'shareable') || hasDirective(field, 'shareable');

/** The directives with this name, imported or with their namespace. */
const listDirectives = (node, name) =>
  (node.directives ?? []).filter(({ name: { value } }) => value === name || value === `federation__${name}`);
const hasDirective = (node, name) => listDirectives(node, name).length > 0;

const getArgument = (directive, name) =>
  directive.arguments?.find((argument) => argument.name.value === name)?.value;

/** The keys that a router can fetch the type by. */
function readKeys(type) {
  return listDirectives(type, 'key')
    .filter((key) => getArgument(key, 'resolvable')?.value !== false)
    .map((key) => getArgument(key, 'fields')?.value.trim().split(/\s+/).join(' '));
}

function readLink(schema) {
  return listDirectives(schema, 'link')
    .map((link) => getArgument(link, 'url')?.value)
    .find((url) => url?.includes('/federation/'));
}

const getTypeName = (type) => print(type).replace(/[[\]!]/g, '');
