"""All routes of OpenAI's API; knows none of them closely."""

from fastapi import APIRouter

from rag.server.openai import chat, embeddings, models, responses, stores

router = APIRouter()
for part in (models, chat, responses, embeddings, stores):
    router.include_router(part.router)
