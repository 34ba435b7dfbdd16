"""How much a machine carries: costs measured with real engines, the rest on a virtual clock."""
