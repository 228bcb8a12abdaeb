import { scalarText } from '../estate/json.ts';
import type { Json, JsonObject, Resource } from '../estate/model.ts';
import { findType } from '../estate/registry.ts';
import { isObject } from './documents.ts';

/** Children that live in their parent's `properties`: subnets, security rules, routes, agent pools. */
export type ChildPlace = { readonly parent: Resource; readonly segment: string; readonly name: string };

export function readChild(place: ChildPlace): JsonObject | undefined {
  const item = itemsOf(place).find((candidate) => isNamed(candidate, place.name));
  return item && asDocument(place, item);
}

/** Returns the parent with the child added or replaced. */
export function writeChild(place: ChildPlace, body: JsonObject): Resource {
  const items = itemsOf(place);
  const before = items.find((item) => isNamed(item, place.name));
  const name = typeof before?.name === 'string' ? before.name : place.name;
  const properties = isObject(body.properties) ? body.properties : {};
  const done = { ...properties, provisioningState: 'Succeeded' };
  const written: JsonObject = isFlat(place)
    ? { ...before, ...done, name }
    : { name, id: childId(place, name), type: childType(place), properties: done };
  const next =
    before === undefined ? [...items, written] : items.map((item) => (item === before ? written : item));
  return withItems(place, next);
}

/** Returns the parent without the child. */
export function removeChild(place: ChildPlace): Resource {
  return withItems(
    place,
    itemsOf(place).filter((item) => !isNamed(item, place.name)),
  );
}

export function childId(place: ChildPlace, name = place.name): string {
  return `${place.parent.id}/${place.segment}/${name}`;
}

export function childType(place: ChildPlace): string {
  return `${place.parent.type}/${place.segment}`;
}

function asDocument(place: ChildPlace, item: JsonObject): JsonObject {
  if (!isFlat(place)) return { id: childId(place), type: childType(place), ...item };
  const { name, ...properties } = item;
  return { id: childId(place, scalarText(name)), name, type: childType(place), properties };
}

function itemsOf(place: ChildPlace): readonly JsonObject[] {
  const items: Json = place.parent.properties?.[propertyOf(place)];
  return Array.isArray(items) ? (items as readonly Json[]).filter(isObject) : [];
}

function withItems(place: ChildPlace, items: readonly JsonObject[]): Resource {
  return { ...place.parent, properties: { ...place.parent.properties, [propertyOf(place)]: items } };
}

function propertyOf(place: ChildPlace): string {
  return findType(place.parent.type)?.embedded?.[place.segment] ?? place.segment;
}

function isFlat(place: ChildPlace): boolean {
  return findType(place.parent.type)?.flatChildren === true;
}

function isNamed(item: JsonObject, name: string): boolean {
  return scalarText(item.name).toLowerCase() === name.toLowerCase();
}
