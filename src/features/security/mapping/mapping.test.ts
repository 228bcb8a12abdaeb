import { describe, expect, it } from 'vitest';
import {
  Alert,
  Assessment,
  Control,
  Metadata,
  ScoreControl,
  SecureScore,
  SubAssessment,
  Task,
} from '../azure.ts';
import { alertRowKey, toAlert } from './alert.ts';
import { assessmentRowKey, parseAssessmentId, toAssessment, toFinding } from './assessment.ts';
import { estimateEffort, scoreOf, toDefinition, toEffort } from './definition.ts';
import { frameworksOf, toControl } from './frameworks.ts';
import { fromAssessment, fromTask, recommendationRowKey, toOpenTask } from './recommendation.ts';
import { toSteps } from './remediation.ts';
import { toScore, toScoreControl } from './score.ts';
import { toSeverity, toTime } from './words.ts';

const SUBSCRIPTION = '/subscriptions/20ff7fc3-e762-44dd-bd96-b71116dcdc23';
const VM = `${SUBSCRIPTION}/resourceGroups/myRg/providers/Microsoft.Compute/virtualMachines/vm1`;
const KEY = '21300918-b2e3-0346-785f-c77ff57d243b';

describe('severities and states', () => {
  it('take every documented value in any case, and keep what nobody documented apart', () => {
    expect(
      ['High', 'medium', 'LOW', 'Informational', 'Critical', 'None', 'Severe', undefined].map(toSeverity),
    ).toEqual(['high', 'medium', 'low', 'informational', 'critical', 'informational', 'unknown', 'unknown']);
    const states = ['Healthy', 'unhealthy', 'NotApplicable', 'Quarantined', undefined].map(
      (code) =>
        toAssessment(
          Assessment.parse({
            id: `${VM}/providers/Microsoft.Security/assessments/a`,
            properties: { status: { code } },
          }),
        )?.status,
    );
    expect(states).toEqual(['Healthy', 'Unhealthy', 'NotApplicable', 'Quarantined', 'Unknown']);
  });

  it('read times with seven decimals, and nothing from what is no time', () => {
    expect(toTime('2018-03-05T10:42:03.9935508Z')).toBe('2018-03-05T10:42:03.993Z');
    expect([toTime('soon'), toTime(undefined)]).toEqual([null, null]);
  });
});

describe('an assessment', () => {
  it('is read from the examples of the specification, with only an id too', () => {
    const id = `${VM}/providers/Microsoft.Security/assessments/${KEY}`;
    const example = {
      id,
      name: KEY,
      properties: {
        resourceDetails: { source: 'Azure', id: VM },
        displayName: 'Install endpoint protection solution',
        status: { code: 'NotApplicable', cause: 'OffByPolicy', description: 'off' },
        risk: { level: 'Critical' },
      },
    };

    expect(toAssessment(Assessment.parse(example))).toMatchObject({
      key: KEY,
      resourceId: VM,
      status: 'NotApplicable',
      cause: 'OffByPolicy',
      risk: 'critical',
    });
    expect(toAssessment(Assessment.parse({ id, properties: null }))).toMatchObject({
      key: KEY,
      status: 'Unknown',
    });
    expect(toAssessment(Assessment.parse({ id: VM }))).toBeUndefined();
  });

  it('has the same row key in any case of its id', () => {
    const places = [VM, VM.toUpperCase()].map((vm) =>
      parseAssessmentId(`${vm}/providers/microsoft.security/Assessments/${KEY}`),
    );

    const keys = places.map((place) => place && assessmentRowKey(place));
    expect(keys[0]).toMatch(/^[\da-f]{40}$/);
    expect(keys[0]).toBe(keys[1]);
  });

  it('has findings with their CVEs', () => {
    const example = {
      id: `${VM}/providers/Microsoft.Security/assessments/${KEY}/subAssessments/8c98f353-8b41-4e77-979b-6adeecd5d168`,
      properties: {
        displayName: "'Back Orifice' Backdoor",
        id: '1001',
        status: { code: 'Unhealthy', cause: '', severity: 'High', description: 'The resource is unhealthy' },
        remediation: 'Remove it.',
        category: 'Backdoors and trojan horses',
        timeGenerated: '2019-06-23T12:20:08.7644808Z',
        additionalData: { cve: [{ title: 'CVE-2019-12345', link: 'http://contoso.com' }, null] },
      },
    };

    expect(toFinding(SubAssessment.parse(example))).toMatchObject({
      name: "'Back Orifice' Backdoor",
      severity: 'high',
      cause: null,
      cve: ['CVE-2019-12345'],
      generated: '2019-06-23T12:20:08.764Z',
    });
  });
});

describe('a finding of Defender Vulnerability Management', () => {
  it('names its vulnerability in its details', () => {
    const finding = toFinding(
      SubAssessment.parse({
        id: `${VM}/providers/Microsoft.Security/assessments/${KEY}/subAssessments/1`,
        properties: {
          status: { code: 'Unhealthy', severity: 'Critical' },
          additionalData: { vulnerabilityDetails: { cveId: 'CVE-2022-4904' }, cve: 'none' },
        },
      }),
    );

    expect(finding).toMatchObject({ severity: 'critical', cve: ['CVE-2022-4904'] });
  });
});

describe('a definition', () => {
  it('estimates the effort as the higher of implementation and user impact', () => {
    const efforts = ['Low', 'Moderate', 'high', 'Enormous', undefined].map(toEffort);

    expect(efforts).toEqual(['low', 'moderate', 'high', 'unknown', 'unknown']);
    expect(estimateEffort('low', 'high')).toBe('high');
    expect(estimateEffort('moderate', 'unknown')).toBe('moderate');
    expect(estimateEffort('unknown', 'unknown')).toBe('unknown');
  });

  it('has remediation in steps of plain text', () => {
    expect(
      toSteps(
        'To restrict access: 1. Click on a VM<br>2. Change the &#39;Action&#39; to <b>Deny</b> 3. See <a href="https://a.b/c">the guide</a>',
      ),
    ).toEqual([
      'To restrict access:',
      'Click on a VM',
      "Change the 'Action' to Deny",
      'See the guide (https://a.b/c)',
    ]);
    expect(toSteps('Use TLS 1.2 or later.')).toEqual(['Use TLS 1.2 or later.']);
    expect(toSteps(undefined)).toEqual([]);
  });

  it('scores the share of healthy resources, and nothing where none was judged', () => {
    expect(scoreOf({ healthy: 2, unhealthy: 1, notApplicable: 9 })).toBe(66.7);
    expect(scoreOf({ healthy: 0, unhealthy: 0, notApplicable: 3 })).toBeNull();
  });

  it('is whole with no metadata at all', () => {
    const counts = { healthy: 1, unhealthy: 0, notApplicable: 0 };

    expect(toDefinition(KEY, Metadata.parse(null), { frameworks: {}, control: null, counts })).toMatchObject({
      name: KEY,
      severity: 'unknown',
      remediation: [],
    });
  });
});

describe('frameworks', () => {
  it('follow from the assessments of each control, states in any case', () => {
    const control = Control.parse({ name: '1.1', properties: { state: 'failed', failedAssessments: 1 } });
    const other = { ...control, name: '2' };
    const assessments = [{ name: KEY.toUpperCase(), properties: {} }];

    const records = [control, other].map((one) => toControl('PCI-DSS-3.2', one, assessments));

    expect(records[0]).toMatchObject({ state: 'Failed', failed: 1, passed: 0 });
    expect(frameworksOf(records).get(KEY)).toEqual({ 'PCI-DSS-3.2': ['1.1', '2'] });
  });
});

describe('a task', () => {
  const subnet = `${SUBSCRIPTION}/resourceGroups/myRg/providers/Microsoft.Network/virtualNetworks/vnet1/subnets/default`;
  const example = {
    id: `${SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/tasks/62609ee7`,
    properties: {
      state: 'Active',
      creationTimeUtc: '2018-03-05T10:42:03.9935508Z',
      securityTaskParameters: {
        name: 'NetworkSecurityGroupMissingOnSubnet',
        uniqueKey: subnet,
        resourceId: subnet,
      },
    },
  };

  it('is a recommendation with resource, time and a readable name', () => {
    const task = toOpenTask(Task.parse(example));

    expect(task && fromTask(task)).toEqual({
      id: example.id,
      source: 'task',
      assessment: null,
      name: 'Network security group missing on subnet',
      severity: 'unknown',
      resourceId: subnet,
      createdAt: '2018-03-05T10:42:03.993Z',
    });
  });

  it('finds its resource wherever a kind of task names it', () => {
    const of = (securityTaskParameters: unknown) =>
      toOpenTask(Task.parse({ id: example.id, properties: { securityTaskParameters } }))?.resourceId;

    expect(of({ vmId: VM, severity: 'High' })).toBe(VM);
    expect(of({ uniqueKey: `EncryptionOnVmTaskParameters_${VM}` })).toBe(VM);
    expect(of(null)).toBe(SUBSCRIPTION);
  });

  it('that is done with is no recommendation', () => {
    const closed = { ...example, properties: { ...example.properties, state: 'resolved' } };

    expect(toOpenTask(Task.parse(closed))).toBeUndefined();
  });

  it('says since when an assessment of the same is open; the risk level wins over the severity', () => {
    const record = toAssessment(
      Assessment.parse({
        id: `${VM}/providers/Microsoft.Security/assessments/${KEY}`,
        properties: { status: { code: 'Unhealthy' }, risk: { level: 'Low' } },
      }),
    );
    if (!record) throw new Error('an assessment');

    const recommendation = fromAssessment(
      record,
      { name: 'Fix', severity: 'high' },
      toOpenTask(Task.parse(example)),
    );

    expect(recommendation).toMatchObject({
      severity: 'low',
      createdAt: '2018-03-05T10:42:03.993Z',
      source: 'assessment',
    });
    expect(recommendationRowKey(recommendation).slice(0, 1)).toBe('3');
  });
});

describe('an alert', () => {
  const id = `${SUBSCRIPTION}/resourceGroups/myRg1/providers/Microsoft.Security/locations/westeurope/alerts/2518_F1`;

  it('is read from the example of the specification', () => {
    const alert = toAlert(
      Alert.parse({
        id,
        properties: {
          alertType: 'VM_EICAR',
          alertDisplayName: 'Test alert',
          severity: 'High',
          intent: 'Execution, Persistence',
          status: 'inprogress',
          timeGeneratedUtc: '2020-02-23T13:47:58.0000000Z',
          resourceIdentifiers: [
            { azureResourceId: VM, type: 'AzureResource' },
            { workspaceId: 'f419f624', type: 'LogAnalytics' },
          ],
          entities: [{ type: 'host', OsVersion: null }],
          isIncident: true,
          supportingEvidence: { type: 'tabularEvidences' },
        },
      }),
    );

    expect(alert).toMatchObject({
      status: 'InProgress',
      severity: 'high',
      intent: ['Execution', 'Persistence'],
      resourceIds: [VM],
      isIncident: true,
      generatedAt: '2020-02-23T13:47:58.000Z',
    });
  });

  it('with nothing but an id is active, and newer alerts sort first', () => {
    const bare = toAlert(Alert.parse({ id }));
    const newer = { ...bare, generatedAt: '2026-01-01T00:00:00.000Z' };

    expect(bare).toMatchObject({ status: 'Active', severity: 'unknown', resourceIds: [] });
    expect(alertRowKey(newer) < alertRowKey(bare)).toBe(true);
  });

  it('with details larger than a row goes without them', () => {
    const huge = Alert.parse({ id, properties: { extendedProperties: { text: 'x'.repeat(300_000) } } });

    expect(toAlert(huge)).toMatchObject({ properties: {}, entities: [] });
  });
});

describe('a secure score', () => {
  it('is in percent, controls with the assessments that count for them', () => {
    const score = toScore(
      SecureScore.parse({
        id: 'x',
        name: 'ascScore',
        properties: { score: { max: 39, current: 23.53, percentage: 0.6033 }, weight: 67 },
      }),
    );
    const control = toScoreControl(
      ScoreControl.parse({
        id: 'x',
        name: 'c',
        properties: {
          displayName: 'Enable MFA',
          score: { max: 10, current: 10 },
          definition: {
            properties: {
              assessmentDefinitions: [{ id: `/providers/Microsoft.Security/assessmentMetadata/${KEY}` }],
            },
          },
        },
      }),
    );

    expect(score).toMatchObject({ percentage: 60.33, weight: 67, max: 39 });
    expect(control).toMatchObject({ percentage: 100, assessments: [KEY], healthy: 0 });
  });
});
