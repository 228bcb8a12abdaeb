import { pickPerson } from '../../estate/people.ts';
import type { Edit } from '../edit.ts';

export const retag: Edit = {
  name: 'retag',
  types: 'all',
  apply: (resource, random) => {
    const tags = { ...resource.tags };
    const keys = Object.keys(tags);
    const removed = keys[random.int(0, Math.max(0, keys.length - 1))];
    if (removed !== undefined && random.chance(0.25)) delete tags[removed];
    else if (random.chance(0.5)) tags.owner = pickPerson(random).upn;
    else tags.costCenter = `CC-${1000 + random.int(0, 59) * 10}`;
    return { resource: { ...resource, tags } };
  },
};
