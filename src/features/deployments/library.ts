import type { JsonObject } from '#features/policy/index.ts';
import type { TemplateParameter } from './schema.ts';

/** The parameters that a template declares, as the library shows them. */
export function describeParameters(template: JsonObject): TemplateParameter[] {
  return Object.entries(objectOf(template.parameters)).map(([name, declared]) => {
    const definition = objectOf(declared);
    const type = typeof definition.type === 'string' ? definition.type : 'string';
    const { description } = objectOf(definition.metadata);
    const isSecure = /^secure/i.test(type);
    return {
      name,
      param_type: type,
      description: typeof description === 'string' ? description : '',
      ...(definition.defaultValue !== undefined && !isSecure && { default_value: definition.defaultValue }),
      ...(Array.isArray(definition.allowedValues) && { allowed_values: [...definition.allowedValues] }),
    };
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
