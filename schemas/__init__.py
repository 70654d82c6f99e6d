"""What a message is: the records that travel between the stages, their ids, their wire form."""
