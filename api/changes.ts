/** Whether two versions of an entity differ in anything but the marks of a change. A change that changes nothing makes no event. */
export const differs = <Entity extends { readonly version: number }>(before: Entity, after: Entity): boolean => {
  const content = (entity: Entity) => JSON.stringify({ ...entity, version: 0, updatedAt: "" });
  return content(before) !== content(after);
};

/** The fields that were sent: `undefined` stands for a field that was not. */
export const sent = <Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]: Exclude<Fields[Key], undefined>;
  };
