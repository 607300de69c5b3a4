"""What platform plugins over MariaDB or MySQL share: connections, named SQL, our own tables and their rows, checks."""
