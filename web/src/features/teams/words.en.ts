export const words = {
  teams: {
    firstTitle: "Hello, {name}",
    firstText: "Boards belong to a team. Name yours; you can invite people later.",
    name: "Team name",
    create: "Create team",
    new: "New team",
    settings: "Team settings",
    settingsOf: "Settings of {name}",
    rename: "Rename",
    leave: "Leave the team",
    leaveTitle: "Leave {name}?",
    leaveText: "You will lose access to its boards. To come back you need a new invitation.",
  },
  deleteTeam: {
    delete: "Delete the team",
    title: "Delete {name}?",
    text: "This deletes all its boards and tasks for everyone. It cannot be undone.",
    type: "To confirm, type the team’s name: {name}",
  },
};
