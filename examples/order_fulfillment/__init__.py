"""An order that four services fulfil together: each has a database of its own, and a saga keeps them in step."""
