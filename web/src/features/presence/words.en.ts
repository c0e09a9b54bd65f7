export const words = {
  presence: {
    here: "{count, plural, one {{names} is here} other {{names} are here}}",
    also: "also viewing this",
  },
};
