import { describe, expect, it } from 'vitest';
import { ActivityEntry } from './azure.ts';
import { toActivity } from './record.ts';

const TICKET =
  '/subscriptions/089bd33f-d4ec-47fe-8ba5-0753aa5c5b33/resourceGroups/MSSupportGroup/providers/microsoft.support/supporttickets/115012112305841';
/** As in the examples of ActivityLogs_List, which name neither category nor resource. */
const example = {
  authorization: {
    action: 'microsoft.support/supporttickets/write',
    role: 'Subscription Admin',
    scope: TICKET,
  },
  caller: 'admin@contoso.com',
  claims: {
    name: 'John Smith',
    appid: 'c44b4083-3bq0-49c1-b47d-974e53cbdf3c',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': 'admin@contoso.com',
  },
  correlationId: '1e121103-0ba6-4300-ac9d-952bb5d0c80f',
  description: '',
  eventDataId: '44ade6b4-3813-45e6-ae27-7420a95fa2f8',
  eventName: { localizedValue: 'End request', value: 'EndRequest' },
  eventTimestamp: '2015-01-21T22:14:26.9792776Z',
  httpRequest: { method: 'PUT', clientIpAddress: '192.168.35.115' },
  id: `${TICKET}/events/44ade6b4-3813-45e6-ae27-7420a95fa2f8/ticks/635574752669792776`,
  level: 'Informational',
  operationName: { value: 'microsoft.support/supporttickets/write' },
  properties: { statusCode: 'Created', requestbody: '{"password":"hunter2"}' },
  status: { localizedValue: 'Succeeded', value: 'Succeeded' },
  subStatus: { localizedValue: 'Created (HTTP Status Code: 201)', value: 'Created' },
  submissionTimestamp: '2015-01-21T22:14:39.9936304Z',
  subscriptionId: '089bd33f-d4ec-47fe-8ba5-0753aa5c5b33',
};

describe('an entry of the activity log', () => {
  it('is read from the examples of the specification', () => {
    const record = toActivity(ActivityEntry.parse(example));

    expect(record).toEqual({
      id: '44ade6b4-3813-45e6-ae27-7420a95fa2f8',
      at: '2015-01-21T22:14:26.979Z',
      submittedAt: '2015-01-21T22:14:39.993Z',
      caller: 'admin@contoso.com',
      actor: 'admin@contoso.com',
      category: 'Administrative',
      operation: 'microsoft.support/supporttickets/write',
      title: null,
      status: 'Succeeded',
      subStatus: 'Created',
      level: 'Informational',
      resourceId: TICKET,
      correlationId: '1e121103-0ba6-4300-ac9d-952bb5d0c80f',
      description: null,
      clientIp: '192.168.35.115',
      method: 'PUT',
    });
  });

  it('is read with only what `$select` left of it', () => {
    const { eventDataId: _, caller: __, claims: ___, authorization: ____, ...selected } = example;
    const record = toActivity(ActivityEntry.parse(selected));

    expect(record).toMatchObject({ id: example.eventDataId, caller: null, actor: null, resourceId: TICKET });
  });

  it('keeps nothing of what callers sent', () => {
    expect(JSON.stringify(toActivity(ActivityEntry.parse(example)))).not.toContain('hunter2');
  });

  it('takes values that nobody documented, and parts of another type as not said', () => {
    const odd = {
      ...example,
      level: 'Catastrophic',
      status: { value: 'Dreaming' },
      category: { value: 'Weather' },
      claims: 'none',
      httpRequest: null,
      description: 7,
    };
    const record = toActivity(ActivityEntry.parse(odd));

    expect(record).toMatchObject({ status: 'Dreaming', category: 'Weather', level: 'Catastrophic' });
    expect([record.actor, record.method, record.description]).toEqual(['admin@contoso.com', null, null]);
  });

  it.each([{ eventTimestamp: 'yesterday' }, { eventDataId: undefined, id: undefined }])(
    'is refused without a time or an id: %j',
    (change) => {
      expect(ActivityEntry.safeParse({ ...example, ...change }).success).toBe(false);
    },
  );
});
