@export()
type Tags = {
  *: string
}

@export()
type Identity = {
  id: string
  clientId: string
  principalId: string
}
