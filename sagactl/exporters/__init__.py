"""What was explored, in the languages of other tools; a member is a module with `render`, one target each."""
