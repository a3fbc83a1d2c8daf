"""What a conversation holds for the arguments of calls: expressions, values with units, passages, lists."""
