type Type = 'string' | 'boolean' | 'dateTime' | 'reference' | 'binary' | 'complex';

/** An attribute as `/Schemas` shows it (RFC 7643 section 7). */
export type Attribute = {
  readonly name: string;
  readonly type: Type;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable';
  readonly returned: 'always' | 'default';
  readonly uniqueness: 'none' | 'server';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
};

export type Schema = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
};

type Options = Partial<Omit<Attribute, 'name' | 'description'>>;

/** An attribute, a case-insensitive string that may be written unless the options say otherwise. */
export function attribute(name: string, description: string, options: Options = {}): Attribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: ['reference', 'binary'].includes(options.type ?? 'string'),
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...options,
  };
}

/** A complex attribute of one value. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  options: Options = {},
): Attribute {
  return attribute(name, description, { type: 'complex', subAttributes, ...options });
}

/** A list of `value` with `display`, `type` and `primary` (RFC 7643 section 2.4). */
export function plural(
  name: string,
  description: string,
  options: { readonly value?: Options; readonly types?: readonly string[] } = {},
): Attribute {
  const canonicalValues = options.types && { canonicalValues: options.types };
  return complex(
    name,
    description,
    [
      attribute('value', 'The value.', options.value),
      attribute('display', 'A name of it for people to read.'),
      attribute('type', 'What it is for.', canonicalValues),
      attribute('primary', 'Whether it is the preferred one; at most one is.', { type: 'boolean' }),
    ],
    { multiValued: true },
  );
}
