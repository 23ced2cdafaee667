"""Contracts to annotated JSON and back."""
