import type * as z from 'zod';
import type { Control, ControlAssessment, Standard } from '../azure.ts';
import { CONTROL_STATES, spelledAs } from './words.ts';

/** Control ids by regulatory standard. */
export type Frameworks = Readonly<Record<string, readonly string[]>>;

export type StandardRecord = {
  readonly kind: 'standard';
  readonly name: string;
  readonly state: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly unsupported: number;
};
export type ControlRecord = {
  readonly kind: 'control';
  readonly standard: string;
  readonly name: string;
  readonly description: string;
  readonly state: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly assessments: readonly {
    readonly name: string;
    readonly description: string;
    readonly state: string;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
  }[];
};

export function toStandard({ name, properties }: z.infer<typeof Standard>): StandardRecord {
  return {
    kind: 'standard',
    name,
    state: spelledAs(CONTROL_STATES, properties.state),
    passed: properties.passedControls ?? 0,
    failed: properties.failedControls ?? 0,
    skipped: properties.skippedControls ?? 0,
    unsupported: properties.unsupportedControls ?? 0,
  };
}

export function toControl(
  standard: string,
  { name, properties }: z.infer<typeof Control>,
  assessments: readonly z.infer<typeof ControlAssessment>[],
): ControlRecord {
  return {
    kind: 'control',
    standard,
    name,
    description: properties.description ?? '',
    state: spelledAs(CONTROL_STATES, properties.state),
    passed: properties.passedAssessments ?? 0,
    failed: properties.failedAssessments ?? 0,
    skipped: properties.skippedAssessments ?? 0,
    assessments: assessments.map(toControlAssessment),
  };
}

export function toControlAssessment({
  name,
  properties,
}: z.infer<typeof ControlAssessment>): ControlRecord['assessments'][number] {
  return {
    name,
    description: properties.description ?? '',
    state: spelledAs(CONTROL_STATES, properties.state),
    passed: properties.passedResources ?? 0,
    failed: properties.failedResources ?? 0,
    skipped: properties.skippedResources ?? 0,
  };
}

/** By assessment name in lower case, the controls of every standard that it is part of: Azure's own mapping. */
export function frameworksOf(controls: readonly ControlRecord[]): ReadonlyMap<string, Frameworks> {
  const byAssessment = new Map<string, Record<string, string[]>>();
  for (const { standard, name, assessments } of controls) {
    for (const { name: assessment } of assessments) {
      const key = assessment.toLowerCase();
      const frameworks = byAssessment.get(key) ?? {};
      byAssessment.set(key, frameworks);
      frameworks[standard] = [...(frameworks[standard] ?? []), name];
    }
  }
  return byAssessment;
}
