import { narrowSubscriptions, type Principal, visibleSubscription } from '#http/principal.ts';
import { Failure } from '#platform/failure.ts';

/** A query that asks for no more than the caller may see. */
export function narrowed<Query extends { subscriptionId?: string[] | undefined }>(call: {
  principal: Principal;
  query: Query;
}): Query {
  const subscriptionId = narrowSubscriptions(call.principal, call.query.subscriptionId);
  return { ...call.query, ...(subscriptionId && { subscriptionId }) };
}

/** What a caller may not see is not there. @throws Failure `notFound` */
export function requireVisible(principal: Principal, subscriptionId: string, message: string): void {
  if (!visibleSubscription(principal, subscriptionId)) throw new Failure('notFound', message);
}
