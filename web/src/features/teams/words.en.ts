export const words = {
  teams: {
    firstTitle: "Hello, {name}",
    firstText: "Boards belong to a team. Name yours; you can invite people afterwards.",
    name: "Team name",
    create: "Create team",
    new: "New team",
    settings: "Team settings",
    settingsOf: "Settings of {name}",
    rename: "Rename",
    leave: "Leave the team",
    leaveTitle: "Leave {name}?",
    leaveText: "You will no longer see its boards. To come back you need a new invitation.",
  },
  deleteTeam: {
    delete: "Delete the team",
    title: "Delete {name}?",
    text: "All its boards and tasks go with it, for everyone. This cannot be taken back.",
    type: "To confirm, type the team’s name: {name}",
  },
};
